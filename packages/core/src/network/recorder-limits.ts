/**
 * How much the flight recorder of a network keeps, as the native library is told (`docs/network-directory.md`).
 */
import { assertOptions, type OptionKind, type OptionKinds } from '../options/assert-options.js';

/** How much of the traffic is kept. What is dropped is counted, and the artifact says so. */
export interface RecorderLimits {
  /** Bytes of memory for packets, 1,048,576 to 1,073,741,824; the oldest ones make room. Default: 64 MiB, of which an artifact has the last 32. */
  readonly bytes?: number;
  /** Bytes of data that are kept of each packet, 1 to 65,535. Default: all of them. */
  readonly packetBytes?: number;
}

const LIMITS: OptionKinds<RecorderLimits> = {
  bytes: wholeNumber(1_048_576, 1_073_741_824),
  packetBytes: wholeNumber(1, 65_535),
};

/**
 * The variables that tell programs of the limits.
 *
 * @throws {TypeError} For a limit that does not exist, or is out of range.
 */
export function recorderVariables(limits: RecorderLimits): Record<string, string> {
  assertOptions('The recorder of a network', limits, LIMITS);
  const { bytes, packetBytes } = limits;
  return {
    ...(bytes === undefined ? {} : { SOCKET_WRAPPER_CAPTURE_BYTES: String(bytes) }),
    ...(packetBytes === undefined ? {} : { SOCKET_WRAPPER_CAPTURE_PACKET_LIMIT: String(packetBytes) }),
  };
}

function wholeNumber(least: number, most: number): OptionKind {
  return {
    needed: `a whole number from ${least} to ${most}`,
    accepts: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  };
}
