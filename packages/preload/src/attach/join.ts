/**
 * Puts the code of tests on their networks.
 */
import { scopeRegistry, type TestScope } from '@socket-wrapper/core';
import { nodeRequire } from '../native-files/node-require.js';
import type { ProgramNetwork } from '../networks/program-network.js';
import { PreloadError } from '../preload-error.js';
import { type Attachment, attachment } from './attachment.js';
import type { ModuleCache } from './loaded-modules.js';

/** Where the modules of the tests are: everybody's own registry, until {@link setModuleCache} names another. */
let modules: ModuleCache = nodeRequire.cache;

/**
 * Names the `require.cache` of a test runner that loads the modules of its tests by itself. Packages in it that keep
 * connections (undici, @grpc/grpc-js) then use none on two networks, as those that Node.js loads.
 */
export function setModuleCache(cache: ModuleCache): void {
  modules = cache;
}

/** A process is told once. */
let hasWarned = false;

/**
 * From now on the code of `scope` is on the scope's network, which its first socket makes if nothing has made it before.
 *
 * Where Node.js loads no addons a warning says so, once: programs can be started on the network all the same.
 */
export function joinScope(scope: TestScope): void {
  whereAttached((attached) => attached.adopt(scope, scopeRegistry().storage));
}

/** From now on the code of `scope` is on `network`, as its test host. A warning says when it cannot be. */
export function joinNetwork(network: ProgramNetwork, scope: TestScope | undefined): void {
  whereAttached((attached) => attached.join(network, scope && { of: scope, storage: scopeRegistry().storage }));
}

function whereAttached(join: (attached: Attachment) => void): void {
  let attached: Attachment;
  try {
    attached = attachment();
  } catch (error) {
    if (!(error instanceof PreloadError)) throw error;
    if (hasWarned) return;
    hasWarned = true;
    process.emitWarning(error.message, { type: 'SocketWrapperWarning', code: error.code });
    return;
  }
  attached.watchModules(modules);
  join(attached);
}
