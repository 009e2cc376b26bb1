/**
 * `dns.lookup()` of those who took it out of the module before it was replaced there: `const { lookup } = require('dns')`.
 *
 * It asks the binding below for every call, so it is answered there. Only the answer is ours: arguments, errors and
 * results are still Node.js's own.
 */
import type { Names, NamesHere } from './names.js';
import { realProcess } from './real-process.js';

/** What `lib/dns.js` uses of its native half. Errors are numbers of libuv. */
interface Binding {
  getaddrinfo: (
    request: { oncomplete: (error: number | null, addresses?: readonly string[]) => void },
    name: string,
    family: number,
    hints: number,
    order: number,
  ) => number;
  getnameinfo: (
    request: { oncomplete: (error: number | null, host?: string, service?: string) => void },
    address: string,
    port: number,
  ) => number;
}

/** `DNS_ORDER_…` of the binding. */
const ORDERS = ['verbatim', 'ipv4first', 'ipv6first'];
/** `UV_ENETDOWN`: the code has outlived its network. */
const ENETDOWN = -100;

/** Called once per thread. */
export function patchLookups(namesHere: () => NamesHere): void {
  const binding = bindingOfDns();
  if (binding === undefined) return;
  const { getaddrinfo, getnameinfo } = binding;

  /** Gives `answer` of the caller's network to `complete`; `false` when the caller is on none. */
  const answers = <T>(answer: (names: Names) => T, complete: (error: number | null, found?: T) => void): boolean => {
    const here = namesHere();
    if (here === undefined) return false;
    let outcome: [error: number | null, found?: T];
    try {
      outcome = 'error' in here ? [ENETDOWN] : [null, answer(here.names)];
    } catch (error) {
      const { errno } = error as { errno?: number };
      if (errno === undefined) throw error;
      outcome = [errno];
    }
    process.nextTick(complete, ...outcome);
    return true;
  };

  binding.getaddrinfo = (request, name, family, hints, order) => {
    const lookup = (names: Names) => names.lookup(name, { family, hints, order: ORDERS[order] ?? 'verbatim' });
    const isAnswered = answers(lookup, (error, found) =>
      error === null
        ? request.oncomplete(
            null,
            found?.map(({ address }) => address),
          )
        : request.oncomplete(error),
    );
    return isAnswered ? 0 : getaddrinfo(request, name, family, hints, order);
  };
  binding.getnameinfo = (request, address, port) => {
    const isAnswered = answers(
      (names) => names.service(address, port),
      (error, found) =>
        error === null ? request.oncomplete(null, found?.hostname, found?.service) : request.oncomplete(error),
    );
    return isAnswered ? 0 : getnameinfo(request, address, port);
  };
}

/** `undefined` in a Node.js that does not give it, or not as it is known here. */
function bindingOfDns(): Binding | undefined {
  const own = realProcess() as NodeJS.Process & { binding?: (name: string) => Partial<Binding> };
  const { binding, noDeprecation } = own;
  if (typeof binding !== 'function') return undefined;
  try {
    // Deprecated with --pending-deprecation, and without a successor for what is done here.
    own.noDeprecation = true;
    const { getaddrinfo, getnameinfo } = binding('cares_wrap');
    const isKnown = typeof getaddrinfo === 'function' && typeof getnameinfo === 'function';
    return isKnown ? (binding('cares_wrap') as Binding) : undefined;
  } catch {
    // A later Node.js may have no such binding, and the permission model gives none.
    return undefined;
  } finally {
    Object.assign(own, { noDeprecation });
  }
}
