/**
 * `dns.lookup()` and `dns.lookupService()` where Node.js does not give their binding, as under its permission model.
 *
 * The functions themselves are replaced then, and only right arguments are answered: what is wrong with others Node.js says.
 */
import { syncBuiltinESMExports } from 'node:module';
import type { Names, NamesHere } from './names.js';
import { inNextTick } from './real-process.js';
import { type Method, replaceMethod } from './replace-method.js';

type Callback = (error: unknown, ...values: unknown[]) => void;
/** What a call is answered with; `undefined` leaves it to Node.js. */
type Answer = (names: Names, args: readonly unknown[]) => { readonly values: readonly unknown[] } | undefined;
type Outcome = { readonly values: readonly unknown[] } | { readonly error: unknown };

/** Called once per thread. */
export function patchLookupFunctions(namesHere: () => NamesHere): void {
  const dns = process.getBuiltinModule('node:dns');
  const outcomeOf = (args: readonly unknown[], answer: Answer): Outcome | undefined => {
    const here = namesHere();
    if (here === undefined || 'error' in here) return here;
    try {
      return answer(here.names, args);
    } catch (error) {
      return { error };
    }
  };
  const replace = (name: 'lookup' | 'lookupService', answer: Answer, keys: readonly [string, string]) => {
    replaceMethod(
      dns as unknown as Record<string, Method>,
      name,
      (original) =>
        function (this: unknown, ...args: never[]) {
          const callback = args.at(-1) as unknown;
          const outcome = typeof callback === 'function' ? outcomeOf(args, answer) : undefined;
          if (outcome === undefined) return original.apply(this, args);
          inNextTick(callback as Callback, ...('error' in outcome ? [outcome.error] : [null, ...outcome.values]));
          return {};
        },
    );
    replaceMethod(
      dns.promises as unknown as Record<string, Method>,
      name,
      (original) =>
        async function (this: unknown, ...args: never[]) {
          const outcome = outcomeOf(args, answer);
          if (outcome === undefined) return original.apply(this, args);
          if ('error' in outcome) throw outcome.error;
          const [one, other] = outcome.values;
          return outcome.values.length > 1 ? { [keys[0]]: one, [keys[1]]: other } : one;
        },
    );
  };
  replace('lookup', lookupAnswer, ['address', 'family']);
  replace('lookupService', serviceAnswer, ['hostname', 'service']);
  syncBuiltinESMExports();
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
  return process.getBuiltinModule('node:dns').getDefaultResultOrder();
}

const serviceAnswer: Answer = (names, [address, port]) => {
  if (typeof address !== 'string' || typeof port !== 'number') return undefined;
  const { hostname, service } = names.service(address, port);
  return { values: [hostname, service] };
};
