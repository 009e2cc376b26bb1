import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pcapFile } from '../../test/pcap-file.js';
import { readRecording } from './recording.js';

const PACKETS = [Uint8Array.of(1, 2, 3), new Uint8Array(0), new Uint8Array(300).fill(7)];
// Where each record starts, and where the file ends.
const STARTS = [24, 24 + 19, 24 + 19 + 16, 24 + 19 + 16 + 316];

function read(bytes: Uint8Array, end = bytes.length, maxBytes?: number) {
  const directory = mkdtempSync(join(tmpdir(), 'sw-recording-'));
  const path = join(directory, 'capture.pcap');
  writeFileSync(path, bytes);
  const file = openSync(path, 'r');
  onTestFinished(() => {
    closeSync(file);
    rmSync(directory, { recursive: true });
  });
  return readRecording(file, end, maxBytes);
}

describe('readRecording', () => {
  it('reads all packets with their times and lengths', () => {
    const { packets, loss } = read(pcapFile(PACKETS));
    expect(loss).toBeUndefined();
    expect(packets.map(({ data }) => data)).toEqual(PACKETS);
    expect(packets.map(({ timestampNs }) => timestampNs)).toEqual([
      1_700_000_000_000_000_000n,
      1_700_000_000_000_001_000n,
      1_700_000_000_000_002_000n,
    ]);
    expect(packets.map(({ originalLength }) => originalLength)).toEqual([3, 0, 300]);
  });

  it('sorts packets by time, and leaves those of the same time in their order', () => {
    const bytes = pcapFile(PACKETS);
    const view = new DataView(bytes.buffer);
    for (const [index, microseconds] of [5, 2, 2].entries())
      view.setUint32((STARTS[index] ?? 0) + 4, microseconds, true);
    const [first, second, third] = PACKETS;
    expect(read(bytes).packets.map(({ data }) => data)).toEqual([second, third, first]);
  });

  it('reads an empty file, whose first packet was about to come', () => {
    expect(read(new Uint8Array(0))).toEqual({ packets: [], dropped: 0, loss: undefined });
  });

  it('reads of a file that was cut anywhere what is whole, and tells of the rest', () => {
    const whole = pcapFile(PACKETS);
    for (let length = 1; length < whole.length; length++) {
      const { packets, loss } = read(whole.subarray(0, length));
      const complete = STARTS.filter((start) => start <= length).length - 1;
      expect(packets.map(({ data }) => data)).toEqual(PACKETS.slice(0, Math.max(0, complete)));
      const isCutBetweenRecords = STARTS.includes(length);
      expect(loss).toEqual(
        isCutBetweenRecords ? undefined : expect.stringMatching(/^Cannot read the pcap .* at byte \d+: /),
      );
    }
  });

  it('keeps what came before a damaged record, and tells where it stopped', () => {
    const bytes = pcapFile(PACKETS);
    new DataView(bytes.buffer).setUint32((STARTS[1] ?? 0) + 8, 0xffff_ffff, true);
    const { packets, loss } = read(bytes);
    expect(packets).toHaveLength(1);
    expect(loss).toContain('at byte 43: it holds 4294967295 bytes');
  });

  it('tells of a file that is no capture', () => {
    const { packets, loss } = read(Buffer.from('this is not a capture, honestly'));
    expect(packets).toEqual([]);
    expect(loss).toMatch(/^Cannot read /);
  });

  it('stops at the first record that begins at the end or behind it', () => {
    const bytes = pcapFile(PACKETS);
    for (let end = 24; end <= bytes.length; end++) {
      const { packets, loss } = read(bytes, end);
      expect(packets).toHaveLength(STARTS.slice(0, 3).filter((start) => start < end).length);
      expect(loss).toBeUndefined();
    }
  });

  it('does not tell of damage behind the end', () => {
    const bytes = pcapFile(PACKETS);
    expect(read(bytes.subarray(0, bytes.length - 10), STARTS[2])).toMatchObject({
      packets: { length: 2 },
      loss: undefined,
    });
  });

  it('keeps the last part of a long capture', () => {
    const packets = Array.from({ length: 1000 }, (_, index) => new Uint8Array(84).fill(index & 255));
    const recording = read(pcapFile(packets), undefined, 4840);
    expect(recording.packets.map(({ data }) => data)).toEqual(packets.slice(-10));
    expect(recording.loss).toBe('The first 990 packets are left out: the last ones take 4840 bytes');
  });

  it('keeps the packets before a damaged record in a long capture too', () => {
    const bytes = pcapFile(Array.from({ length: 1000 }, () => new Uint8Array(84)));
    new DataView(bytes.buffer).setUint32(24 + 500 * 100 + 8, 0x00ff_ffff, true);
    const recording = read(bytes, undefined, 100_000);
    expect(recording.packets).toHaveLength(102);
    expect(recording.loss).toMatch(
      /^The first 398 packets are left out: .*\. Cannot read the pcap packet record at byte 50024: /,
    );
  });

  it('keeps at least one packet', () => {
    expect(read(pcapFile(PACKETS), undefined, 0).packets.map(({ data }) => data)).toEqual(PACKETS.slice(-1));
  });

  it('counts what it leaves out of a very long capture', () => {
    const packets = Array.from({ length: 140_000 }, () => new Uint8Array(0));
    const recording = read(pcapFile(packets), undefined, 4000);
    expect(recording.packets).toHaveLength(10);
    expect(recording.loss).toBe('The first 139990 packets are left out: the last ones take 4000 bytes');
  });

  it('reads a capture that is longer than what it reads at once', () => {
    const packets = Array.from({ length: 3000 }, (_, index) => new Uint8Array(index).fill(index & 255));
    const recording = read(pcapFile(packets));
    expect(recording.loss).toBeUndefined();
    expect(recording.packets.every(({ data }, index) => Buffer.compare(data, packets[index] ?? data) === 0)).toBe(true);
    expect(recording.packets).toHaveLength(3000);
  });
});
