/**
 * The packets of a flight recorder in the form in which the rest of a capture is told.
 */

import { byteCount, plural } from '../dissect/protocols/units.js';
import { LinkType } from '../pcap/link-type.js';
import type { CaptureInterface } from '../pcapng/packet.js';
import { type FlightOptions, type FlightPacket, type FlightRecording, readFlightRecorder } from './flight-recorder.js';
import { joinedLosses, type RecordedPacket, type Recording } from './recording.js';

/** How much of a recording explains a failure. */
export const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;
/** What a packet takes besides its data, in objects. */
const PACKET_OVERHEAD = 400;
const INTERFACE: CaptureInterface = { section: 0, index: 0, linkType: LinkType.RAW, snapLength: 0 };

/**
 * The packets that the open ring holds, and what is missing of them.
 *
 * Of packets that take more than about `maxBytes` of memory the last part is read: it explains the failure.
 */
export function flightPackets(file: number, { maxBytes = DEFAULT_MAX_BYTES, ...options }: FlightOptions): Recording {
  const recording = readFlightRecorder(file, { ...options, maxBytes });
  const { packets, unknownNames, lostEvents, unfinished } = recording;
  const first = firstWithin(maxBytes, packets);
  return {
    packets: packets.slice(first).map(packetOf),
    unknownNames,
    dropped: first + lostEvents + unfinished,
    loss: lossOf(recording, first, maxBytes),
  };
}

function packetOf({ timestampNs, originalLength, data, pid, spawn, interfaceId }: FlightPacket): RecordedPacket {
  const recorder = { pid, spawn, interfaceId };
  return {
    interface: INTERFACE,
    timestampNs,
    originalLength,
    capturedLength: data.length,
    data,
    options: {},
    recorder,
  };
}

function firstWithin(maxBytes: number, packets: readonly FlightPacket[]): number {
  let first = packets.length;
  for (let bytes = 0; first > 0; first--) {
    bytes += (packets[first - 1]?.data.length ?? 0) + PACKET_OVERHEAD;
    if (bytes > maxBytes) break;
  }
  return Math.min(first, Math.max(0, packets.length - 1));
}

function lossOf(recording: FlightRecording, first: number, maxBytes: number): string | undefined {
  const { overwrittenBytes, lostEvents, lostBytes, unfinished } = recording;
  const losses: string[] = [];
  if (overwrittenBytes > 0) losses.push(`The first ${byteCount(overwrittenBytes)} of the recording are left out`);
  if (first > 0) losses.push(`The first ${first} packets are left out: the last ones take ${byteCount(maxBytes)}`);
  if (lostEvents > 0) {
    losses.push(`${plural(lostEvents, 'event')} with ${byteCount(lostBytes)} of data found no room in the recorder`);
  }
  if (unfinished > 0) {
    losses.push(`${plural(unfinished, 'send')} had not come to ${unfinished === 1 ? 'its' : 'their'} end`);
  }
  return joinedLosses(losses);
}
