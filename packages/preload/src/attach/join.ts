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
 *
 * @throws {PreloadError} `LIBRARY_NOT_FOUND`: then nothing at all can be put on the network, and the test would use the real one.
 */
export function joinScope(scope: TestScope): void {
  attachmentHere()?.adopt(scope, scopeRegistry().storage);
}

/**
 * The network that `make` makes, with the code of `scope` on it, as its test host. A warning says when it cannot be.
 *
 * @throws {PreloadError} `LIBRARY_NOT_FOUND`, before anything is made.
 */
export function joinedNetwork(make: () => ProgramNetwork, scope: TestScope | undefined): ProgramNetwork {
  const attached = attachmentHere();
  const network = make();
  attached?.join(network, scope && { of: scope, storage: scopeRegistry().storage });
  return network;
}

function attachmentHere(): Attachment | undefined {
  try {
    const attached = attachment();
    attached.watchModules(modules);
    return attached;
  } catch (error) {
    if (!(error instanceof PreloadError) || error.code !== 'ATTACH_FAILED') throw error;
    if (hasWarned) return undefined;
    hasWarned = true;
    process.emitWarning(error.message, { type: 'SocketWrapperWarning', code: error.code });
    return undefined;
  }
}
