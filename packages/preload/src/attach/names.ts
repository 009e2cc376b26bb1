/**
 * What the names of a network are, in the terms of `dns`: values and errors as Node.js gives them.
 */
import { isIP } from 'node:net';
import type { Addon, AddressInfoError, Place } from './addon.js';

/** An address as `dns.lookup()` gives it. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** The kinds of records that `dns.resolve()` knows, with c-ares' name of the query. */
export const QUERIES: Readonly<Record<string, string>> = {
  A: 'queryA',
  AAAA: 'queryAaaa',
  ANY: 'queryAny',
  CAA: 'queryCaa',
  CNAME: 'queryCname',
  MX: 'queryMx',
  NAPTR: 'queryNaptr',
  NS: 'queryNs',
  PTR: 'queryPtr',
  SOA: 'querySoa',
  SRV: 'querySrv',
  TLSA: 'queryTlsa',
  TXT: 'queryTxt',
};

/** A name that cannot be resolved, as `dns` says it. */
export interface NameError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly hostname: string;
  /** libuv's number, of a lookup. */
  readonly errno?: number;
}

/** `EAI_NONAME` */
const NO_SUCH_NAME = -2;

/** `EAI_…` of glibc and what libuv calls it. */
const LOOKUP_ERRORS: Readonly<Record<AddressInfoError, readonly [code: string, errno: number]>> = {
  [-2]: ['ENOTFOUND', -3008],
  [-3]: ['EAI_AGAIN', -3001],
  [-5]: ['ENOTFOUND', -3007],
  [-6]: ['EAI_FAMILY', -3005],
  [-9]: ['EAI_ADDRFAMILY', -3000],
  [-10]: ['EAI_MEMORY', -3006],
};

/** The names for the code that is running, or why it gets none; `undefined` when it is on no network. */
export type NamesHere = { readonly names: Names } | { readonly error: Error } | undefined;

/** The names that a place sees, asked of the native library: programs there get the same answers. */
export class Names {
  readonly #addon: Addon;
  readonly #place: Place;
  readonly #onUnknown: (name: string) => void;

  /** `onUnknown` is told of names that no host has. Default: nobody is. */
  constructor(addon: Addon, place: Place, onUnknown: (name: string) => void = () => {}) {
    this.#addon = addon;
    this.#place = place;
    this.#onUnknown = onUnknown;
  }

  /**
   * As `dns.lookup()`: at least one address.
   *
   * @throws {NameError} `getaddrinfo ENOTFOUND name`
   */
  lookup(name: string, { family, hints, order }: { family: number; hints: number; order: string }): readonly Address[] {
    const found = this.#addon.lookup(this.#place, name, family, hints);
    if (typeof found === 'number') {
      if (found === NO_SUCH_NAME) this.#onUnknown(name);
      const [code, errno] = LOOKUP_ERRORS[found] ?? ['EAI_FAIL', -3004];
      throw nameError(code, 'getaddrinfo', name, errno);
    }
    const addresses = found.map(addressOf);
    const first = order === 'ipv4first' ? 4 : order === 'ipv6first' ? 6 : undefined;
    if (first === undefined) return addresses;
    return [...addresses].sort((a, b) => Number(b.family === first) - Number(a.family === first));
  }

  /**
   * As `dns.lookupService()`.
   *
   * @throws {NameError} `getnameinfo ENOTFOUND address`
   */
  service(address: string, port: number): { readonly hostname: string; readonly service: string } {
    const found = this.#addon.reverse(this.#place, address, port);
    if (typeof found === 'number') throw nameError('ENOTFOUND', 'getnameinfo', address, -3008);
    return { hostname: found[0], service: found[1] };
  }

  /**
   * As `dns.resolve()`: a network has addresses and their names, and no records of other kinds.
   *
   * @throws {NameError} `queryMx ENODATA name` for a name that has none, `queryA ENOTFOUND name` for one that nobody has
   */
  records(name: string, type: string): readonly unknown[] {
    const query = QUERIES[type] ?? `query${type}`;
    if (type === 'PTR') return this.#pointers(name, query);

    const found = this.#addon.lookup(this.#place, name, 0, 0);
    if (typeof found === 'number') {
      if (found === NO_SUCH_NAME) this.#onUnknown(name);
      throw nameError('ENOTFOUND', query, name);
    }
    const addresses = found.map(addressOf);
    if (type === 'ANY') {
      return addresses.map(({ address, family }) => ({ type: family === 4 ? 'A' : 'AAAA', address, ttl: 0 }));
    }
    const wanted = { A: 4, AAAA: 6 }[type];
    const fitting = addresses.filter(({ family }) => family === wanted).map(({ address }) => address);
    if (fitting.length === 0) throw nameError('ENODATA', query, name);
    return fitting;
  }

  /**
   * As `dns.reverse()`.
   *
   * @throws {NameError} `getHostByAddr ENOTFOUND address`
   */
  reverse(address: string): readonly string[] {
    if (isIP(address) === 0) throw nameError('EINVAL', 'getHostByAddr', address);
    const found = this.#addon.reverse(this.#place, address, 0);
    if (typeof found === 'number') throw nameError('ENOTFOUND', 'getHostByAddr', address);
    return [found[0]];
  }

  #pointers(name: string, query: string): readonly string[] {
    const address = pointedAt(name);
    const found = address === undefined ? NO_SUCH_NAME : this.#addon.reverse(this.#place, address, 0);
    if (typeof found === 'number') throw nameError('ENOTFOUND', query, name);
    return [found[0]];
  }
}

function addressOf(address: string): Address {
  return { address, family: address.includes(':') ? 6 : 4 };
}

/** The address that `11.57.53.10.in-addr.arpa` is the name of. */
function pointedAt(name: string): string | undefined {
  const [, ipv4] = /^((?:\d+\.){4})in-addr\.arpa\.?$/i.exec(name) ?? [];
  if (ipv4 !== undefined) return ipv4.split('.').slice(0, 4).reverse().join('.');
  const [, ipv6] = /^((?:[\da-f]\.){32})ip6\.arpa\.?$/i.exec(name) ?? [];
  if (ipv6 === undefined) return undefined;
  const digits = ipv6.replaceAll('.', '').split('').reverse().join('');
  return digits.match(/.{4}/g)?.join(':');
}

function nameError(code: string, syscall: string, hostname: string, errno?: number): NameError {
  const error = new Error(`${syscall} ${code} ${hostname}`);
  return Object.assign(error, { ...(errno === undefined ? {} : { errno }), code, syscall, hostname });
}
