/**
 * `dns.lookup()` and `dns.lookupService()`: code that is on a network gets the names of that network.
 *
 * Node.js asks libc for them on threads that do not know for whom. The functions ask a binding for every call, so it is
 * answered there, also when they were taken out of the module early. Arguments, errors and results stay Node.js's own.
 */
import { isNativeError } from 'node:util/types';
import { answerRequest } from './answer-request.js';
import { isLoaded } from './builtin-modules.js';
import type { DnsBinding } from './dns-binding.js';
import type { NamesHere } from './names.js';
import { type Method, replaceMethod } from './replace-method.js';

/** `DNS_ORDER_…` of the binding. */
const ORDERS = ['verbatim', 'ipv4first', 'ipv6first'];

/** Called once per thread. */
export function patchLookups(binding: DnsBinding, namesHere: () => NamesHere): void {
  const { getaddrinfo, getnameinfo } = binding;
  binding.getaddrinfo = (request, name, family, hints, order) => {
    const here = namesHere();
    if (here === undefined) return getaddrinfo(request, name, family, hints, order);
    answerRequest(request, here, (names) => {
      const found = names.lookup(name, { family, hints, order: ORDERS[order] ?? 'verbatim' });
      return [found.map(({ address }) => address)];
    });
    return 0;
  };
  binding.getnameinfo = (request, address, port) => {
    const here = namesHere();
    if (here === undefined) return getnameinfo(request, address, port);
    answerRequest(request, here, (names) => {
      const { hostname, service } = names.service(address, port);
      return [hostname, service];
    });
    return 0;
  };
  // The promises take the binding's functions when they are loaded. Then they have them for themselves, so those with
  // callbacks are called for them.
  if (!isLoaded('internal/dns/promises')) return;
  promiseOf('lookup', 1, namesHere, ([one, other]) => (Array.isArray(one) ? one : { address: one, family: other }));
  promiseOf('lookupService', 2, namesHere, ([hostname, service]) => ({ hostname, service }));
}

function promiseOf(
  name: 'lookup' | 'lookupService',
  arity: number,
  namesHere: () => NamesHere,
  resultOf: (values: readonly unknown[]) => unknown,
): void {
  const dns = process.getBuiltinModule('node:dns');
  const withCallback = dns[name] as Method;
  replaceMethod(
    dns.promises as unknown as Record<string, Method>,
    name,
    (original) =>
      function (this: unknown, ...args: never[]) {
        // What Node.js says of missing arguments names the callback when there is to be one, and takes a function for one.
        const isWrong = args.length < arity || args.some((arg) => typeof arg === 'function');
        if (isWrong || namesHere() === undefined) return original.apply(this, args);
        let settle: (error: unknown, ...values: unknown[]) => void = () => {};
        const answer = new Promise((resolve, reject) => {
          settle = (error, ...values) => (error === null ? resolve(resultOf(values)) : reject(error));
        });
        const callback = (error: unknown, ...values: unknown[]) => settle(error, ...values);
        try {
          Reflect.apply(withCallback, dns, [...args.slice(0, original.length), callback]);
        } catch (error) {
          // What is wrong with the arguments is thrown by the promises as well, but no name is. Under Jest the error is of
          // another realm, and no instance of Error here.
          if (!(isNativeError(error) && 'syscall' in error)) throw error;
          settle(error);
        }
        return answer;
      },
  );
}
