/**
 * `@grpc/grpc-js`: a channel that tests share has connections of its own on each network, and channels share connections by
 * address on one network only, for networks have the same addresses.
 *
 * A channel belongs to the first network that uses it. On another one a twin with the same options takes its place. In the
 * place of a pool of connections stands a twin for each host of each network.
 */
import type { Attachment } from './attachment.js';
import type { LoadedModules } from './loaded-modules.js';
import type { Destroyable } from './pools.js';
import type { Presence } from './presence.js';
import { replaceMethod } from './replace-method.js';

/** The part of its class that is used here (`src/subchannel-pool.ts` there). */
interface SubchannelPool {
  getOrCreateSubchannel(...args: never[]): unknown;
  unrefUnusedSubchannels(): void;
}

/** The same of `src/channel.ts`. */
interface Channel {
  readonly internalChannel: {
    readonly credentials: unknown;
    readonly options: Readonly<Record<string, unknown>>;
    /** `ConnectivityState.IDLE` before it is used. */
    readonly connectivityState: number;
  };
  getTarget(): string;
  createCall(...args: never[]): unknown;
  getConnectivityState(...args: never[]): unknown;
  watchConnectivityState(...args: never[]): unknown;
  close(): void;
}

type ChannelClass = new (target: string, credentials: unknown, options: object) => Channel;

const POOL_MODULE = /[\\/]@grpc[\\/]grpc-js[\\/]build[\\/]src[\\/]subchannel-pool\.js$/;
const CHANNEL_MODULE = /[\\/]@grpc[\\/]grpc-js[\\/]build[\\/]src[\\/]channel\.js$/;
const IDLE = 0;
/** The owner of a channel that was used before anybody looked. */
const UNKNOWN = 'unknown';

/** Called once per thread. */
export function patchGrpc(attachment: Attachment, modules: LoadedModules): void {
  const patched = new WeakSet<object>();
  modules.want(POOL_MODULE, (exports) => patchPoolModule(attachment, exports, patched));
  modules.want(CHANNEL_MODULE, (exports) => patchChannelModule(attachment, exports, patched));
}

function patchPoolModule(attachment: Attachment, exports: unknown, patched: WeakSet<object>): void {
  const { SubchannelPool } = exports as { readonly SubchannelPool?: new () => SubchannelPool };
  if (SubchannelPool !== undefined && isNew(SubchannelPool, patched)) patchPool(attachment, SubchannelPool);
}

function patchChannelModule(attachment: Attachment, exports: unknown, patched: WeakSet<object>): void {
  const { ChannelImplementation } = exports as { readonly ChannelImplementation?: ChannelClass };
  if (ChannelImplementation !== undefined && isNew(ChannelImplementation, patched)) {
    patchChannel(attachment, ChannelImplementation);
  }
}

/** Whether `Class` is one that is not in `patched` yet, where it is from now on. */
function isNew(Class: unknown, patched: WeakSet<object>): boolean {
  if (typeof Class !== 'function' || patched.has(Class)) return false;
  patched.add(Class);
  return true;
}

function patchPool(attachment: Attachment, Pool: new () => SubchannelPool): void {
  const twins = new WeakMap<object, Map<Presence, Map<number, SubchannelPool>>>();
  const twinsOf = (pool: object, presence: Presence) => {
    const byPresence = twins.get(pool) ?? new Map<Presence, Map<number, SubchannelPool>>();
    twins.set(pool, byPresence);
    for (const known of byPresence.keys()) if (known.hasEnded) byPresence.delete(known);
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
        // A channel that is closed, wherever that is done, asks for this, to have its connections closed.
        for (const byHost of twins.get(this as object)?.values() ?? []) {
          for (const twin of byHost.values()) original.apply(twin, []);
        }
      },
  );
}

/** A channel that takes the place of another one on a host. */
class ChannelTwin implements Destroyable {
  readonly channel: Channel;
  readonly #onDestroyed: () => void;

  constructor(channel: Channel, onDestroyed: () => void) {
    this.channel = channel;
    this.#onDestroyed = onDestroyed;
  }

  async destroy(): Promise<void> {
    this.channel.close();
    this.#onDestroyed();
  }
}

function patchChannel(attachment: Attachment, Channel: ChannelClass): void {
  const channels = new ChannelTwins(attachment, Channel);
  for (const name of ['createCall', 'getConnectivityState', 'watchConnectivityState'] as const) {
    replaceMethod(
      Channel.prototype as Channel,
      name,
      (original) =>
        function (this: unknown, ...args: never[]) {
          return original.apply(channels.inPlaceOf(this as Channel), args);
        },
    );
  }
  replaceMethod(
    Channel.prototype as Channel,
    'close',
    (original) =>
      function close(this: unknown) {
        original.apply(this, []);
        channels.close(this as Channel);
      },
  );
}

/** The channels of one copy of the package, and what takes their places. */
class ChannelTwins {
  readonly #attachment: Attachment;
  readonly #Channel: ChannelClass;
  readonly #owners = new WeakMap<Channel, string>();
  readonly #twins = new WeakMap<Channel, Set<ChannelTwin>>();
  /** Each takes the place of a channel in code that has outlived its network: its connection is refused, with the reason. */
  readonly #refused = new WeakMap<Channel, ChannelTwin>();
  /** Channels that nothing takes the place of: they are closed, or twins. */
  readonly #alone = new WeakSet<Channel>();

  constructor(attachment: Attachment, Channel: ChannelClass) {
    this.#attachment = attachment;
    this.#Channel = Channel;
  }

  /** What serves the running code as `channel`: the channel itself on the first network that uses it. */
  inPlaceOf(channel: Channel): Channel {
    if (this.#alone.has(channel)) return channel;
    const here = this.#attachment.whereabouts();
    const user = here === undefined ? '' : here.hasEnded ? 'ended' : `${here.presence.id} ${here.host.interfaceId}`;
    const isUnused = channel.internalChannel.connectivityState === IDLE;
    const owner = this.#owners.get(channel) ?? (isUnused ? user : UNKNOWN);
    this.#owners.set(channel, owner);
    // Outside of networks a channel goes on as ever.
    if (owner === user || here === undefined) return channel;
    if (here.hasEnded) return this.#refusedTwin(channel).channel;
    return here.presence.pools.twin(channel, here.host.interfaceId, () => this.#makeTwin(channel)).channel;
  }

  /** Closes what takes the place of a channel that has been closed. */
  close(channel: Channel): void {
    this.#alone.add(channel);
    for (const twin of [...(this.#twins.get(channel) ?? [])]) void twin.destroy();
  }

  #refusedTwin(channel: Channel): ChannelTwin {
    const twin = this.#refused.get(channel) ?? this.#makeTwin(channel);
    this.#refused.set(channel, twin);
    return twin;
  }

  #makeTwin(channel: Channel): ChannelTwin {
    const { credentials, options } = channel.internalChannel;
    // The target is that of the proxy already, if there is one.
    const own = new this.#Channel(channel.getTarget(), credentials, { ...options, 'grpc.enable_http_proxy': 0 });
    const all = this.#twins.get(channel) ?? new Set<ChannelTwin>();
    this.#twins.set(channel, all);
    const twin = new ChannelTwin(own, () => all.delete(twin));
    all.add(twin);
    this.#alone.add(own);
    return twin;
  }
}
