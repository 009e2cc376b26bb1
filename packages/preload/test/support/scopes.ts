/**
 * Scopes for tests of what code does in them: opened and ended as a runner would.
 */
import { type OpenScopeOptions, openScope, type ProgramNetwork, type TestScope } from '../../src/index.js';

let lastTest = 0;

/** Runs `body` as a test of its own; gives what it gives, once its scope has ended. */
export async function inScope<T>(
  body: (network: ProgramNetwork, scope: TestScope) => T,
  { capture = 'off' }: Pick<OpenScopeOptions, 'capture'> = {},
): Promise<Awaited<T>> {
  const identity = { file: import.meta.filename, fullName: `test ${++lastTest}`, attempt: 0 };
  const scope = openScope(identity, { capture });
  try {
    return await scope.run(() => body(scope.network, scope));
  } finally {
    await scope.end('passed');
  }
}

/** The warnings about sockets that are left open, from here to the end of the block that declares it. */
export function leftOpen(): { readonly messages: string[] } & Disposable {
  return warningsOf('LEFT_OPEN');
}

/** The warnings with this code, from here to the end of the block that declares it. */
export function warningsOf(code: string): { readonly messages: string[] } & Disposable {
  const messages: string[] = [];
  const listener = (warning: Error & { code?: string }) => {
    if (warning.code === code) messages.push(warning.message);
  };
  process.on('warning', listener);
  return { messages, [Symbol.dispose]: () => process.off('warning', listener) };
}
