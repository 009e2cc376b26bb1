/**
 * The pool of `fetch()` and `WebSocket`: each host of each network has its own.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Attachment } from './attachment.js';
import type { Dispatcher } from './pools.js';

/** Where undici keeps the dispatcher of fetch(): the one in Node.js, and all copies from npm. */
const GLOBAL_DISPATCHER: unique symbol = Symbol.for('undici.globalDispatcher.1') as never;
/** From undici 8 on, in Node.js 26. What is under the other name then wraps it, for older copies of undici. */
const GLOBAL_DISPATCHER_2: unique symbol = Symbol.for('undici.globalDispatcher.2') as never;

interface Globals {
  [GLOBAL_DISPATCHER]?: Dispatcher;
  [GLOBAL_DISPATCHER_2]?: Dispatcher;
}

type DispatcherClass = new (options?: object) => Dispatcher;

/** Called once per thread. */
export function patchFetch(attachment: Attachment): void {
  const globals = attachment.addon.global as Globals;
  if (divideDispatchers(globals, attachment)) return;
  // Node.js loads undici with the first fetch(), and undici tells of each connection it is about to make.
  const channel = 'undici:client:beforeConnect';
  const divide = () => {
    if (divideDispatchers(globals, attachment)) unsubscribe(channel, divide);
  };
  subscribe(channel, divide);
}

/** False while there is no dispatcher. */
function divideDispatchers(globals: Globals, attachment: Attachment): boolean {
  const { [GLOBAL_DISPATCHER]: first, [GLOBAL_DISPATCHER_2]: second } = globals;
  const shared = second ?? first;
  if (shared === undefined) return false;
  // A mock or a proxy is what its maker wanted, on every network.
  if (shared.constructor.name !== 'Agent') return true;
  const dispatcher = divided(shared, attachment);
  if (second !== undefined) globals[GLOBAL_DISPATCHER_2] = dispatcher;
  if (first === shared) globals[GLOBAL_DISPATCHER] = dispatcher;
  else if (first?.constructor.name === 'Dispatcher1Wrapper') {
    globals[GLOBAL_DISPATCHER] = new (first.constructor as DispatcherClass)(dispatcher);
  }
  return true;
}
/** Looks like `shared`, and hands each call to the dispatcher of the network that the caller is on. */
function divided(shared: Dispatcher, attachment: Attachment): Dispatcher {
  const make = () => new (shared.constructor as DispatcherClass)(optionsOf(shared));
  const present = () => {
    const here = attachment.whereabouts();
    if (here === undefined) return shared;
    // Its connection is going to be refused, with the reason. None that is open may be used instead.
    if (here.hasEnded) return make();
    return here.presence.pools.dispatcher(here.host.interfaceId, make);
  };
  const dispatch = (...args: unknown[]) => present().dispatch(...args);
  return new Proxy(shared, {
    get(_target, key) {
      if (key === 'dispatch') return dispatch;
      const dispatcher = present();
      // Methods use private fields, which only the dispatcher itself has.
      const value: unknown = Reflect.get(dispatcher, key, dispatcher);
      return typeof value === 'function' ? value.bind(dispatcher) : value;
    },
  });
}

/** What the agent was made with. It is kept under a symbol of its own. */
function optionsOf(agent: Dispatcher): object {
  const key = Object.getOwnPropertySymbols(agent).find(({ description }) => description === 'options');
  const options = key === undefined ? undefined : (agent as unknown as Record<symbol, unknown>)[key];
  return typeof options === 'object' && options !== null ? { ...options } : {};
}
