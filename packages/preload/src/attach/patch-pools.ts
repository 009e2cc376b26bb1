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

function patchAgent(prototype: Agent, attachment: Attachment): void {
  replaceMethod(
    prototype,
    'getName',
    (original) =>
      function getName(this: unknown, ...args: never[]) {
        const name = original.apply(this, args) as string;
        const here = isUnixPath(args) ? undefined : attachment.whereabouts();
        if (here === undefined) return name;
        // Its connection is going to be refused, with the reason. None that is open may be used instead.
        if (here.hasEnded) return `${name}:network that has ended`;
        here.presence.pools.noteAgent(this as Agent);
        return `${name}:network ${here.presence.id} host ${here.host.interfaceId}`;
      },
  );
}

function isUnixPath([options]: readonly unknown[]): boolean {
  return typeof options === 'object' && options !== null && 'socketPath' in options && Boolean(options.socketPath);
}
