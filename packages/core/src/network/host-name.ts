/**
 * Which names a host can have: hostnames by RFC 1123 §2.1 that URLs can hold as well.
 */
import { domainToASCII } from 'node:url';
import { NetworkError } from '../network-error.js';
import { shown } from '../options/assert-options.js';

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const PUNYCODE = /(?:^|\.)xn--/;
const MAX_NAME_LENGTH = 253;

/**
 * `name` in the one spelling that the network uses, lower case: host names are the same in upper and lower case.
 *
 * @throws {NetworkError} `BAD_HOST_NAME` says which part of the name is wrong.
 * @example
 * hostNameOf('DB-1.internal'); // 'db-1.internal'
 */
export function hostNameOf(name: string): string {
  if (typeof name !== 'string') {
    throw new NetworkError('BAD_HOST_NAME', `${shown(name)} cannot be the name of a host: it is not text`);
  }
  const canonical = name.toLowerCase();
  const fault = faultOf(canonical);
  if (fault === undefined) return canonical;
  throw new NetworkError('BAD_HOST_NAME', `${JSON.stringify(name)} cannot be the name of a host: ${fault}`);
}

function faultOf(name: string): string | undefined {
  if (name.length === 0) return 'it is empty, one character at least is needed';
  if (name.length > MAX_NAME_LENGTH) return `it has ${name.length} characters, ${MAX_NAME_LENGTH} at most are allowed`;

  const labels = name.split('.');
  for (const label of labels) {
    if (label.length === 0) return 'it has an empty label, dots can only stand between labels';
    if (label.length > 63) return `its label "${label}" has ${label.length} characters, 63 at most are allowed`;
    if (LABEL.test(label)) continue;
    if (label.startsWith('-') || label.endsWith('-')) return `its label "${label}" begins or ends with a hyphen`;
    const character = /[^a-z0-9-]/u.exec(label)?.[0];
    return `it holds ${JSON.stringify(character)}, only letters, digits, hyphens and dots are allowed`;
  }

  // RFC 1123 §2.1 and the URL standard ("ends in a number"): such names are read as IPv4 addresses.
  const last = labels.at(-1) ?? '';
  if (/^(?:[0-9]+|0x[0-9a-f]*)$/.test(last)) {
    return `its last label "${last}" is a number, so that programs would take it for an IPv4 address`;
  }
  // RFC 6761 §6.3: programs answer these names without asking anyone.
  if (last === 'localhost') return 'names of localhost are every host itself';
  // Labels that begin with xn-- hold Punycode, and not everything is.
  if (PUNYCODE.test(name) && domainToASCII(name) !== name)
    return 'no URL can hold it, since a label beginning with xn-- is not valid Punycode';
  return undefined;
}
