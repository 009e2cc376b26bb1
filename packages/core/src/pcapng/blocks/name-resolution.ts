import type { ByteReader } from '../../bytes/byte-reader.js';
import { ByteWriter } from '../../bytes/byte-writer.js';
import { CaptureError, CaptureWriteError } from '../../bytes/capture-error.js';
import { ipv4Bytes, ipv4Text, ipv6Bytes, ipv6Text } from '../../pcap/ip-text.js';
import { decodeText, text, type ValueCodec } from '../option-values.js';
import { type CommonOptions, type OptionTable, one, readOptions, writeOptions } from '../options.js';
import type { BlockCodec } from './block-codec.js';

/** Who told the names (pcapng §4.5). */
export interface NameResolutionOptions extends CommonOptions {
  /** The DNS server's name. */
  readonly dnsName?: string;
  readonly dnsIpv4Address?: string;
  readonly dnsIpv6Address?: string;
}

/** The names of one IP address. */
export interface NameRecord {
  readonly kind: 'ip';
  /** An IPv4 or IPv6 address. */
  readonly address: string;
  /** At least one name. */
  readonly names: readonly string[];
}

/** A record that is not of an IP address, such as of a MAC address, kept to be written again. */
export interface OtherNameRecord {
  readonly kind: 'other';
  /** 3 is EUI-48, 4 is EUI-64. */
  readonly recordType: number;
  readonly value: Uint8Array;
}

/** Names for addresses (pcapng §4.5). */
export interface NameResolutionBlock extends NameResolutionOptions {
  readonly type: 'name-resolution';
  readonly records: readonly (NameRecord | OtherNameRecord)[];
}

const RECORD = { END: 0, IPV4: 1, IPV6: 2 } as const;
const IPV4_LENGTH = 4;
const IPV6_LENGTH = 16;
const NUL = 0;

const ipv4: ValueCodec<string> = {
  read: (reader) => ipv4Text(reader.take(IPV4_LENGTH, 'address')),
  write: (value, writer) => writer.bytes(ipv4Bytes(value) ?? notAnAddress(value)),
};

const ipv6: ValueCodec<string> = {
  read: (reader) => ipv6Text(reader.take(IPV6_LENGTH, 'address')),
  write: (value, writer) => writer.bytes(ipv6Bytes(value) ?? notAnAddress(value)),
};

const OPTIONS: OptionTable<NameResolutionOptions> = {
  dnsName: one(2, text),
  dnsIpv4Address: one(3, ipv4),
  dnsIpv6Address: one(4, ipv6),
};

/** Reads and writes name resolution blocks. */
export const nameResolution: BlockCodec<NameResolutionBlock> = {
  blockType: 4,
  name: 'name resolution block',

  decode(reader) {
    const records: (NameRecord | OtherNameRecord)[] = [];
    // The end marker is required, yet some files just end.
    while (reader.remaining > 0) {
      const recordType = reader.u16('record type');
      const length = reader.u16('record length');
      const value = reader.within(length, `record of the ${reader.subject}`);
      if (recordType === RECORD.END) break;
      records.push(decodeRecord(recordType, value));
    }
    return { type: 'name-resolution', records, ...readOptions(reader, OPTIONS) };
  },

  encode(block, writer) {
    for (const record of block.records) {
      const value = new ByteWriter(writer.byteOrder);
      const recordType = encodeRecord(record, value);
      writer.u16(recordType, 'record type');
      writer.u16(value.length, 'length of a name record');
      writer.padded(value.written());
    }
    writer.u16(RECORD.END, 'record type');
    writer.u16(0, 'record length');
    writeOptions(block, OPTIONS, writer);
  },
};

function decodeRecord(recordType: number, value: ByteReader): NameRecord | OtherNameRecord {
  if (recordType === RECORD.IPV4) {
    return { kind: 'ip', address: ipv4Text(value.take(IPV4_LENGTH, 'address')), names: decodeNames(value) };
  }
  if (recordType === RECORD.IPV6) {
    return { kind: 'ip', address: ipv6Text(value.take(IPV6_LENGTH, 'address')), names: decodeNames(value) };
  }
  return { kind: 'other', recordType, value: value.rest() };
}

function decodeNames(value: ByteReader): string[] {
  const { offset } = value;
  const bytes = value.rest();
  if (bytes.at(-1) !== NUL) {
    const message = `Cannot read the names in the ${value.subject} at byte ${offset}: the last one has no end`;
    throw new CaptureError('BAD_BLOCK', message, { offset });
  }
  return decodeText(bytes.subarray(0, -1)).split('\0');
}

function encodeRecord(record: NameRecord | OtherNameRecord, value: ByteWriter): number {
  if (record.kind === 'other') {
    value.bytes(record.value);
    return record.recordType;
  }
  const v4 = ipv4Bytes(record.address);
  value.bytes(v4 ?? ipv6Bytes(record.address) ?? notAnAddress(record.address));
  for (const name of record.names) {
    if (name.includes('\0')) {
      throw new CaptureWriteError('OUT_OF_RANGE', `Cannot write the name ${JSON.stringify(name)}: it holds a NUL`);
    }
    value.bytes(new TextEncoder().encode(`${name}\0`));
  }
  if (record.names.length === 0) {
    throw new CaptureWriteError('OUT_OF_RANGE', `Cannot write a name record of ${record.address}: it has no names`);
  }
  return v4 === undefined ? RECORD.IPV6 : RECORD.IPV4;
}

function notAnAddress(address: string): never {
  throw new CaptureWriteError('OUT_OF_RANGE', `Cannot write ${JSON.stringify(address)} as an IP address of a name`);
}
