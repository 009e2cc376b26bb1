/** Builds classic pcap files as the native library writes them: raw IP, microseconds, the machine's byte order. */

const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const START_SECONDS = 1_700_000_000;

/** A file with these packets, one microsecond apart. */
export function pcapFile(packets: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = packets.reduce((sum, { length }) => sum + 16 + length, 24);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xa1b2c3d4, LITTLE_ENDIAN);
  view.setUint16(4, 2, LITTLE_ENDIAN);
  view.setUint16(6, 4, LITTLE_ENDIAN);
  view.setUint32(16, 0xffff, LITTLE_ENDIAN);
  view.setUint32(20, 101, LITTLE_ENDIAN);
  let at = 24;
  packets.forEach((packet, index) => {
    view.setUint32(at, START_SECONDS, LITTLE_ENDIAN);
    view.setUint32(at + 4, index, LITTLE_ENDIAN);
    view.setUint32(at + 8, packet.length, LITTLE_ENDIAN);
    view.setUint32(at + 12, packet.length, LITTLE_ENDIAN);
    bytes.set(packet, at + 16);
    at += 16 + packet.length;
  });
  return bytes;
}

/** A UDP datagram over IPv4. */
export function udpPacket(from: string, fromPort: number, to: string, toPort: number, payload: string): Uint8Array {
  const data = Buffer.from(payload);
  const packet = Buffer.alloc(28 + data.length);
  packet.writeUInt8(0x45, 0);
  packet.writeUInt16BE(packet.length, 2);
  packet.writeUInt8(64, 8);
  packet.writeUInt8(17, 9);
  packet.set(from.split('.').map(Number), 12);
  packet.set(to.split('.').map(Number), 16);
  packet.writeUInt16BE(fromPort, 20);
  packet.writeUInt16BE(toPort, 22);
  packet.writeUInt16BE(8 + data.length, 24);
  packet.set(data, 28);
  return packet;
}
