/**
 * How fast captures are read: MB/s of our reader, in memory and as a stream, and of the readers on npm.
 *
 * Every reader is given the same packets and must touch each packet's time and bytes. What counts is the time that the process was
 * running, in the best of a few rounds: other programs make a round last longer, and empty the caches. Exits with 1 when a file is read with less than 500 MB/s, in memory or
 * as a stream, or another reader is faster.
 *
 * Usage: node pcap-reader.mjs [megabytes, default 64]
 */
import { Readable } from 'node:stream';
import {
  encodeBlocks,
  encodePcap,
  LinkType,
  PacketDecoder,
  readPackets,
  streamPackets,
} from '@socket-wrapper/core/pcap';
import PCAPNGParser from 'pcap-ng-parser';
import pcapParser from 'pcap-parser';
import { readOptions, wholeNumber } from './options.mjs';

const ROUNDS = 5;
const NEEDED_MB_PER_S = 500;
const CHUNK_LENGTH = 64 * 1024;
const START_NS = 1_700_000_000_000_000_000n;
const {
  positionals: [size = '64'],
} = readOptions('pcap-reader.mjs', {}, 1);
const megabytes = wholeNumber('pcap-reader.mjs', 'megabytes', size, 1);

/** What packets are like: bulk data on loopback, a mixture, and little requests. */
const PACKET_LENGTHS = {
  'bulk, 16 kB': [16_384],
  'mixed, 60-1500 B': [60, 1500, 60, 576, 1500, 120],
  'small, 100 B': [100],
};

let touched = 0;
let isGood = true;
for (const [kind, lengths] of Object.entries(PACKET_LENGTHS)) {
  for (const format of ['pcap', 'pcapng']) {
    const { file, count } = makeFile(format, lengths);
    const chunks = chunksOf(file);
    const other = format === 'pcap' ? 'pcap-parser' : 'pcap-ng-parser';
    const [ours, pushed, streamed, theirs] = await measure({ file, count }, [
      () => inMemory(file),
      () => inChunks(chunks),
      () => asStream(chunks),
      () => (format === 'pcap' ? withPcapParser(chunks) : withPcapNgParser(chunks, count)),
    ]);
    console.log(
      `${format.padEnd(6)} ${kind.padEnd(17)} readPackets ${speed(ours)}  PacketDecoder ${speed(pushed)}  ` +
        `streamPackets ${speed(streamed)}  ${other} ${speed(theirs)}`,
    );
    if (Math.min(ours, streamed) < NEEDED_MB_PER_S) isGood = false;
    if (theirs >= streamed || theirs >= ours) isGood = false;
  }
}
process.exitCode = isGood && touched > 0 ? 0 : 1;

function makeFile(format, lengths) {
  const packets = [];
  for (let size = 0; size < megabytes * 1e6; size += packets.at(-1).data.length) {
    const data = new Uint8Array(lengths[packets.length % lengths.length]);
    data[0] = 0x45;
    packets.push({ timestampNs: START_NS + BigInt(packets.length) * 1000n, data });
  }
  const file =
    format === 'pcap' ? encodePcap(packets, { resolution: 'microseconds' }) : encodeBlocks(blocksOf(packets));
  return { file, count: packets.length };
}

function* blocksOf(packets) {
  yield { type: 'section-header', byteOrder: 'little' };
  // A name and nothing else: pcap-ng-parser cannot get past most other options.
  yield { type: 'interface-description', linkType: LinkType.RAW, snapLength: 0, name: 'web' };
  for (const { timestampNs, data } of packets) {
    yield {
      type: 'enhanced-packet',
      interfaceId: 0,
      timestamp: timestampNs / 1000n,
      originalLength: data.length,
      data,
    };
  }
}

function chunksOf(file) {
  const buffer = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const chunks = [];
  for (let start = 0; start < buffer.length; start += CHUNK_LENGTH)
    chunks.push(buffer.subarray(start, start + CHUNK_LENGTH));
  return chunks;
}

/** The best speed of each of `readers` in a few rounds, in MB for each second of a processor. They take turns, so that a busy machine is busy for all. */
async function measure({ file, count }, readers) {
  const best = readers.map(() => 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [i, read] of readers.entries()) {
      const start = process.cpuUsage();
      const found = await read();
      const { user, system } = process.cpuUsage(start);
      const seconds = (user + system) / 1e6;
      if (found !== count) throw new Error(`Read ${found} packets of ${count}`);
      best[i] = Math.max(best[i], file.length / 1e6 / seconds);
    }
  }
  return best;
}

/** What a program at least does with a packet. */
function touch(packet) {
  touched += packet.data[0] + Number(packet.timestampNs & 1n);
}

function inMemory(file) {
  let count = 0;
  for (const packet of readPackets(file)) {
    touch(packet);
    count += 1;
  }
  return count;
}

function inChunks(chunks) {
  let count = 0;
  const decoder = new PacketDecoder();
  for (const chunk of chunks) {
    for (const packet of decoder.push(chunk)) {
      touch(packet);
      count += 1;
    }
  }
  decoder.end();
  return count;
}

async function asStream(chunks) {
  let count = 0;
  for await (const packet of streamPackets(Readable.from(chunks))) {
    touch(packet);
    count += 1;
  }
  return count;
}

function withPcapParser(chunks) {
  return new Promise((resolve, reject) => {
    let count = 0;
    const parser = pcapParser.parse(Readable.from(chunks));
    parser.on('packet', ({ header, data }) => {
      touched += data[0] + (header.timestampMicroseconds & 1);
      count += 1;
    });
    parser.on('end', () => resolve(count));
    parser.on('error', reject);
  });
}

function withPcapNgParser(chunks, expected) {
  return new Promise((resolve, reject) => {
    let count = 0;
    const parser = new PCAPNGParser();
    parser.on('data', ({ timestampLow, data }) => {
      touched += data[0] + (timestampLow & 1);
      count += 1;
      if (count === expected) resolve(count); // It never says that it has come to the end.
    });
    parser.on('error', reject);
    Readable.from(chunks).pipe(parser);
  });
}

function speed(megabytesPerSecond) {
  return `${megabytesPerSecond.toFixed(0).padStart(5)} MB/s`;
}
