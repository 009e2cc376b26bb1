/**
 * `@grpc/grpc-js`: its channels share connections by address, and networks have the same addresses.
 *
 * In the place of a pool of connections stands a twin for each host of each network.
 */
import type { Attachment } from './attachment.js';
import type { LoadedModules } from './loaded-modules.js';
import type { Presence } from './presence.js';
import { replaceMethod } from './replace-method.js';

/** The part of its class that is used here (`src/subchannel-pool.ts` there). */
interface SubchannelPool {
  getOrCreateSubchannel(...args: never[]): unknown;
  unrefUnusedSubchannels(): void;
}

const MODULE = /[\\/]@grpc[\\/]grpc-js[\\/]build[\\/]src[\\/]subchannel-pool\.js$/;

/** Called once per thread. */
export function patchGrpc(attachment: Attachment, modules: LoadedModules): void {
  const patched = new WeakSet<object>();
  modules.want(MODULE, (exports) => {
    const { SubchannelPool } = exports as { readonly SubchannelPool?: new () => SubchannelPool };
    if (typeof SubchannelPool !== 'function' || patched.has(SubchannelPool)) return;
    patched.add(SubchannelPool);
    patchClass(attachment, SubchannelPool);
  });
}

function patchClass(attachment: Attachment, Pool: new () => SubchannelPool): void {
  const twins = new WeakMap<object, WeakMap<Presence, Map<number, SubchannelPool>>>();
  const twinsOf = (pool: object, presence: Presence) => {
    const byPresence = twins.get(pool) ?? new WeakMap<Presence, Map<number, SubchannelPool>>();
    twins.set(pool, byPresence);
    const byHost = byPresence.get(presence) ?? new Map<number, SubchannelPool>();
    byPresence.set(presence, byHost);
    return byHost;
  };
  replaceMethod(
    Pool.prototype as SubchannelPool,
    'getOrCreateSubchannel',
    (original) =>
      function getOrCreateSubchannel(this: unknown, ...args: never[]) {
        const here = attachment.whereabouts();
        if (here === undefined) return original.apply(this, args);
        // Its connection is going to be refused, with the reason. None that is open may be used instead.
        if (here.hasEnded) return original.apply(new Pool(), args);

        const { interfaceId } = here.host;
        const byHost = twinsOf(this as object, here.presence);
        const twin = byHost.get(interfaceId) ?? new Pool();
        byHost.set(interfaceId, twin);
        return original.apply(twin, args);
      },
  );
  replaceMethod(
    Pool.prototype as SubchannelPool,
    'unrefUnusedSubchannels',
    (original) =>
      function unrefUnusedSubchannels(this: unknown) {
        original.apply(this, []);
        // A channel that is closed asks for this, to have its connections closed.
        const presence = attachment.presenceInUse();
        const byHost = presence && twins.get(this as object)?.get(presence);
        for (const twin of byHost?.values() ?? []) original.apply(twin, []);
      },
  );
}
