/**
 * Numbers of 64 bits that are stored in two halves.
 *
 * Shifting and adding two bigints makes four of them, and turning a number of more than 31 bits into one takes as long as reading a packet.
 */

const scratch = new DataView(new ArrayBuffer(8));

/** The number with these halves, of 32 bits each; what a half has beyond them is cut off. */
export function u64Of(upper: number, lower: number): bigint {
  scratch.setUint32(0, upper);
  scratch.setUint32(4, lower);
  return scratch.getBigUint64(0);
}
