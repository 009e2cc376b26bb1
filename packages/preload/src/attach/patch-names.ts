/**
 * `dns` and `dns/promises`: code that is on a network gets the names of that network.
 */
import type { BuiltinModules } from './builtin-modules.js';
import { dnsBinding } from './dns-binding.js';
import type { NamesHere } from './names.js';
import { patchLookupFunctions } from './patch-lookup-functions.js';
import { patchLookups } from './patch-lookups.js';
import { patchQueries } from './patch-queries.js';
import type { ServerQueries } from './server-queries.js';

/** Called once per thread. `queries` is told of those that c-ares sends to a server. */
export function patchNames(namesHere: () => NamesHere, queries: ServerQueries, builtins: BuiltinModules): void {
  let isPatched = false;
  const patch = () => {
    if (isPatched) return;
    isPatched = true;
    const binding = dnsBinding();
    patchQueries(binding, namesHere, queries);
    if (binding === undefined) patchLookupFunctions(namesHere);
    else patchLookups(binding, namesHere);
  };
  // Either can be loaded without the other.
  builtins.whenLoaded('dns', patch);
  builtins.whenLoaded('internal/dns/promises', patch);
}
