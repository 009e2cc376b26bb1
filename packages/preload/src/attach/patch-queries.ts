/**
 * `dns.resolve()` and its kin, of the module and of each Resolver: code that is on a network gets the records of that network.
 *
 * They all ask one class of the native half of `dns`, so they are answered there, also when they were taken out of the
 * module early. Arguments, errors and results stay Node.js's own.
 */
import { answerRequest, type NameRequest } from './answer-request.js';
import type { DnsBinding } from './dns-binding.js';
import { type Names, type NamesHere, QUERIES } from './names.js';
import { type Method, replaceMethod } from './replace-method.js';
import type { ServerQueries } from './server-queries.js';

/** Called once per thread. `queries` is told of those that c-ares sends to a server. */
export function patchQueries(
  binding: DnsBinding | undefined,
  namesHere: () => NamesHere,
  queries: ServerQueries,
): void {
  const { prototype } = binding?.ChannelWrap ?? classOfInstance();
  /** Channels that have been told whom to ask: such a server may be on the network itself. */
  const directed = new WeakSet<object>();

  const replaceQuery = (name: string, answer: (names: Names, asked: string) => readonly unknown[]) =>
    replaceMethod(
      prototype,
      name,
      (original) =>
        function query(this: object, ...args: never[]) {
          const [request, asked] = args as unknown as [NameRequest, string];
          const here = namesHere();
          if (here === undefined || directed.has(this)) {
            return queries.send(request, () => original.apply(this, args) as number);
          }
          answerRequest(request, here, (names) => answer(names, asked));
          return 0;
        } as Method,
    );

  for (const [type, query] of Object.entries(QUERIES)) {
    replaceQuery(query, (names, asked) => {
      const records = names.records(asked, type);
      return [records, records.map(() => 0)];
    });
  }
  replaceQuery('getHostByAddr', (names, address) => [names.reverse(address)]);
  replaceMethod(
    prototype,
    'setServers',
    (original) =>
      function setServers(this: unknown, ...args: never[]) {
        directed.add(this as object);
        return original.apply(this, args);
      },
  );
}

/** Where the class is not given out, its instances are: making one reads /etc/resolv.conf. */
function classOfInstance(): DnsBinding['ChannelWrap'] {
  const channel = (new (process.getBuiltinModule('node:dns').Resolver)() as unknown as { readonly _handle: object })
    ._handle;
  return { prototype: Object.getPrototypeOf(channel) };
}
