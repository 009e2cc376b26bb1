/**
 * The pools of `http` and `https`: a connection of one network is never used on another.
 */
import type { Agent } from 'node:http';
import type { Attachment } from './attachment.js';
import type { BuiltinModules } from './builtin-modules.js';
import { replaceMethod } from './replace-method.js';

/** Called once per thread. */
export function patchPools(attachment: Attachment, builtins: BuiltinModules): void {
  let isPatched = false;
  const patch = (prototype: Agent) => {
    if (!isPatched) patchAgent(prototype, attachment);
    isPatched = true;
  };
  builtins.whenLoaded('http', ({ Agent }: typeof import('node:http')) => patch(Agent.prototype));
  // https.Agent asks http.Agent for the name of a pool, and adds to it. It is there without the module `http`.
  builtins.whenLoaded('https', ({ Agent }: typeof import('node:https')) =>
    patch(Object.getPrototypeOf(Agent.prototype)),
  );
}

/** Where code is that is on no network. */
const OUTSIDE = 'no network';
const ENDED = 'network that has ended';

function patchAgent(prototype: Agent, attachment: Attachment): void {
  // Most agents serve one test: there their pools have the names that Node.js gives them.
  const homes = new WeakMap<Agent, string>();
  // A connection belongs to the pool that it was made for, wherever the code runs that puts it back or meets its end.
  const places = new WeakMap<object, string>();
  const isAgent = (value: unknown): value is Agent => Object.prototype.isPrototypeOf.call(prototype, Object(value));
  const placeOf = (agent: Agent): string => {
    const here = attachment.whereabouts();
    // Its connection is going to be refused, with the reason. None that is open may be used instead.
    if (here?.hasEnded) return ENDED;
    here?.presence.pools.noteAgent(agent);
    const place = here === undefined ? OUTSIDE : `network ${here.presence.id} host ${here.host.interfaceId}`;
    if (!homes.has(agent)) homes.set(agent, place);
    return place;
  };
  replaceMethod(
    prototype,
    'getName',
    (original) =>
      function getName(this: unknown, ...args: never[]) {
        const name = original.apply(this, args) as string;
        const [options] = args as readonly unknown[];
        if (!isAgent(this) || isUnixPath(options)) return name;
        const place = (isOfConnection(options) ? places.get(options) : undefined) ?? placeOf(this);
        if (isObject(options)) places.set(options, place);
        return place === homes.get(this) ? name : `${name}:${place}`;
      },
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Agents make options of their own for each connection, and mark them; those of users may serve in many tests. */
function isOfConnection(options: unknown): options is object {
  return isObject(options) && Object.hasOwn(options, '_agentKey');
}

function isUnixPath(options: unknown): boolean {
  return isObject(options) && 'socketPath' in options && Boolean(options.socketPath);
}
