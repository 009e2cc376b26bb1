/**
 * `dns` and `dns/promises`: code that is on a network gets the names of that network.
 *
 * They are answered here because Node.js asks libc on threads that do not know for whom.
 */
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import type { Names, NamesHere } from './names.js';
import { type Method, replaceMethod } from './replace-method.js';

/** The methods that dns, dns.promises and their Resolvers share, and the kind of record that each asks for. */
const RESOLVERS: Readonly<Record<string, string>> = {
  resolve4: 'A',
  resolve6: 'AAAA',
  resolveAny: 'ANY',
  resolveCaa: 'CAA',
  resolveCname: 'CNAME',
  resolveMx: 'MX',
  resolveNaptr: 'NAPTR',
  resolveNs: 'NS',
  resolvePtr: 'PTR',
  resolveSoa: 'SOA',
  resolveSrv: 'SRV',
  resolveTlsa: 'TLSA',
  resolveTxt: 'TXT',
};

type Callback = (error: unknown, ...values: unknown[]) => void;
/** What a call of a method is answered with; `undefined` leaves the call to Node.js. */
type Answer = (names: Names, args: readonly unknown[]) => { readonly values: readonly unknown[] } | undefined;

/** Called once per thread. */
export function patchNames(namesHere: () => NamesHere): void {
  /** Resolvers that have been told whom to ask: such a server may be on the network itself. */
  const directed = new WeakSet<object>();

  const withCallback = (holder: object, name: string, answer: Answer) =>
    replaceMethod(
      holder as Record<string, Method>,
      name,
      (original) =>
        function (this: unknown, ...args: never[]) {
          const callback = args.at(-1) as unknown;
          const outcome = typeof callback === 'function' ? outcomeOf(this, args, answer) : undefined;
          if (outcome === undefined) return original.apply(this, args);
          process.nextTick(callback as Callback, ...('error' in outcome ? [outcome.error] : [null, ...outcome.values]));
          return {};
        },
    );
  const withPromise = (holder: object, name: string, answer: Answer) =>
    replaceMethod(
      holder as Record<string, Method>,
      name,
      (original) =>
        async function (this: unknown, ...args: never[]) {
          const outcome = outcomeOf(this, args, answer);
          if (outcome === undefined) return original.apply(this, args);
          if ('error' in outcome) throw outcome.error;
          return outcome.values.length > 1 ? promised(name, outcome.values) : outcome.values[0];
        },
    );

  function outcomeOf(
    resolver: unknown,
    args: readonly unknown[],
    answer: Answer,
  ): { readonly values: readonly unknown[] } | { readonly error: unknown } | undefined {
    const here = namesHere();
    if (here === undefined || directed.has(directable(resolver))) return undefined;
    if ('error' in here) return here;
    try {
      return answer(here.names, args);
    } catch (error) {
      return { error };
    }
  }

  const noteServers = (holder: object) =>
    replaceMethod(
      holder as Record<string, Method>,
      'setServers',
      (original) =>
        function (this: unknown, ...args: never[]) {
          directed.add(directable(this));
          return original.apply(this, args);
        },
    );

  for (const holder of [dns, dns.Resolver.prototype]) {
    for (const [name, type] of Object.entries(RESOLVERS)) withCallback(holder, name, resolveAnswer(type));
    withCallback(holder, 'resolve', resolveAnswer());
    withCallback(holder, 'reverse', reverseAnswer);
    noteServers(holder);
  }
  for (const holder of [dns.promises, dns.promises.Resolver.prototype]) {
    for (const [name, type] of Object.entries(RESOLVERS)) withPromise(holder, name, resolveAnswer(type));
    withPromise(holder, 'resolve', resolveAnswer());
    withPromise(holder, 'reverse', reverseAnswer);
    noteServers(holder);
  }
  withCallback(dns, 'lookup', lookupAnswer);
  withPromise(dns.promises, 'lookup', lookupAnswer);
  withCallback(dns, 'lookupService', serviceAnswer);
  withPromise(dns.promises, 'lookupService', serviceAnswer);
  syncBuiltinESMExports();
}

/** dns.resolve() and its kin belong to one resolver, whatever they are called on. */
function directable(resolver: unknown): object {
  return resolver instanceof dns.Resolver || resolver instanceof dns.promises.Resolver ? resolver : dns;
}

interface LookupOptions {
  readonly family?: number | 'IPv4' | 'IPv6';
  readonly hints?: number;
  readonly all?: boolean;
  readonly order?: string;
  readonly verbatim?: boolean;
}

const lookupAnswer: Answer = (names, [hostname, given]) => {
  // What is no name at all, and options that are wrong, Node.js knows how to answer.
  if (typeof hostname !== 'string' || hostname === '') return undefined;
  const options =
    typeof given === 'number' ? { family: given } : typeof given === 'object' ? (given as LookupOptions) : {};
  const { family = 0, hints = 0, all = false, verbatim, order = orderOf(verbatim) } = options ?? {};
  const number = family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family;
  if ((number !== 0 && number !== 4 && number !== 6) || typeof hints !== 'number') return undefined;

  const addresses = names.lookup(hostname, { family: number, hints, order });
  const [first] = addresses;
  return { values: all || first === undefined ? [addresses] : [first.address, first.family] };
};

function orderOf(verbatim: boolean | undefined): string {
  if (verbatim !== undefined) return verbatim ? 'verbatim' : 'ipv4first';
  return dns.getDefaultResultOrder();
}

const serviceAnswer: Answer = (names, [address, port]) => {
  if (typeof address !== 'string' || typeof port !== 'number') return undefined;
  const { hostname, service } = names.service(address, port);
  return { values: [hostname, service] };
};

const reverseAnswer: Answer = (names, [address]) =>
  typeof address === 'string' ? { values: [names.reverse(address)] } : undefined;

function resolveAnswer(fixed?: string): Answer {
  return (names, [hostname, given]) => {
    if (typeof hostname !== 'string') return undefined;
    const type = fixed ?? (typeof given === 'string' ? given : 'A');
    const records = names.records(hostname, type);
    const withTtl = typeof given === 'object' && given !== null && 'ttl' in given && given.ttl === true;
    return { values: [withTtl ? records.map((address) => ({ address, ttl: 0 })) : records] };
  };
}

/** The promise of what a callback gets as several values. */
function promised(name: string, [one, other]: readonly unknown[]): unknown {
  return name === 'lookup' ? { address: one, family: other } : { hostname: one, service: other };
}
