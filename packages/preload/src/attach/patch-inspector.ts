/**
 * The inspector is not a part of the test: a debugger finds it where it always is, also when a test opens it.
 */
import type { Attachment } from './attachment.js';
import type { BuiltinModules } from './builtin-modules.js';
import { type Method, replaceMethod } from './replace-method.js';

/** Called once per thread. */
export function patchInspector(attachment: Attachment, builtins: BuiltinModules): void {
  builtins.whenLoaded('inspector', (inspector: Record<string, Method>) => {
    replaceMethod(
      inspector,
      'open',
      (original) =>
        function open(this: unknown, ...args: never[]) {
          // It listens on a thread of its own, which is where the code is that starts it.
          return attachment.outside(() => original.apply(this, args));
        },
    );
  });
}
