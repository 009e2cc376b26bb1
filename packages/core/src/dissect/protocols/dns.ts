/**
 * DNS messages (RFC 1035), read by the package `dns-packet`.
 */
import { createRequire } from 'node:module';
import type { Answer, DecodedPacket } from 'dns-packet';
import type { MessageContent } from './message.js';

/** The ports DNS, multicast DNS and LLMNR are spoken on. */
const DNS_PORTS: readonly number[] = [53, 5353, 5355];
const HEADER_LENGTH = 12;
const MAX_SECTION = 64;
const IS_RESPONSE = 0x80;
const OPCODE_MASK = 0x78;
const MAX_SHOWN = 4;
const NO_ERROR = 'NOERROR';

type DnsPacket = typeof import('dns-packet');
let dnsPacket: DnsPacket | undefined;

/** Types that the package does not name (RFC 9460). */
const NEWER_TYPES: Readonly<Record<string, string>> = { UNKNOWN_64: 'SVCB', UNKNOWN_65: 'HTTPS' };

/** What the DNS message in `bytes` says; `undefined` if it is none. */
export function dnsContent(bytes: Uint8Array, port: number): MessageContent | undefined {
  if (!DNS_PORTS.includes(port) && !looksLikeDns(bytes)) return undefined;
  const packet = decoded(bytes);
  if (packet === undefined) return undefined;

  const question = packet.questions?.[0];
  const asked = question === undefined ? '' : ` ${typeName(question.type)} ${question.name}`;
  if (packet.type === 'query') return { protocol: 'dns', role: 'request', summary: `DNS query${asked}` };

  const code: string = 'rcode' in packet && typeof packet.rcode === 'string' ? packet.rcode : NO_ERROR;
  const answers = (packet.answers ?? []).flatMap(answerText);
  const more = answers.length > MAX_SHOWN ? [`… ${answers.length - MAX_SHOWN} more`] : [];
  const found = code === NO_ERROR ? (answers.length === 0 ? 'no such record' : undefined) : code;
  const told = found ?? [...answers.slice(0, MAX_SHOWN), ...more].join(', ');
  const isTruncated = packet.flag_tc ? ' (truncated)' : '';
  return {
    protocol: 'dns',
    role: 'answer',
    summary: `DNS answer${asked}: ${told}${isTruncated}`,
    ...(code === NO_ERROR ? {} : { tone: 'bad' as const }),
  };
}

/** The type of a record as RFC 3597 writes it where it has no name. */
function typeName(type: string): string {
  return NEWER_TYPES[type] ?? type.replace(/^UNKNOWN_/, 'TYPE');
}

function decoded(bytes: Uint8Array): DecodedPacket | undefined {
  // Loaded with the first message: few tests have one, and all would wait for it.
  dnsPacket ??= createRequire(import.meta.url)('dns-packet') as DnsPacket;
  try {
    return dnsPacket.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch {
    // The package throws plain errors for whatever it cannot read; under Jest they are of another realm, and no instances of Error here.
    return undefined;
  }
}

/** Whether the header is one that a question or its answer has: on other ports, DNS is only what cannot be much else. */
function looksLikeDns(bytes: Uint8Array): boolean {
  if (bytes.byteLength < HEADER_LENGTH + 5) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isStandardQuery = (view.getUint8(2) & OPCODE_MASK) === 0 && (view.getUint8(3) & 0x40) === 0;
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((offset) => view.getUint16(offset));
  const isResponse = (view.getUint8(2) & IS_RESPONSE) !== 0;
  const counts = [answers, authorities, additionals].map((count) => count ?? 0);
  return (
    isStandardQuery && questions === 1 && counts.every((count) => count < MAX_SECTION) && (isResponse || answers === 0)
  );
}

function answerText(answer: Answer): string[] {
  switch (answer.type) {
    case 'A':
    case 'AAAA':
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return [answer.data];
    case 'MX':
      return [`${answer.data.preference ?? 0} ${answer.data.exchange}`];
    case 'SRV':
      return [`${answer.data.target}:${answer.data.port}`];
    case 'TXT':
      return [JSON.stringify([answer.data].flat().map(String).join(''))];
    case 'OPT':
      return [];
    default:
      return [typeName(answer.type)];
  }
}
