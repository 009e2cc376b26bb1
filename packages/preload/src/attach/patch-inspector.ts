/**
 * The inspector is not a part of the test: a debugger finds it where it always is, also when a test opens it.
 */
import type { Attachment } from './attachment.js';
import { isLoaded } from './is-loaded.js';
import { nativeBinding } from './native-binding.js';
import { type Method, replaceMethod } from './replace-method.js';

/** Called once per thread. */
export function patchInspector(attachment: Attachment): void {
  replaceMethod(
    holder(),
    'open',
    (original) =>
      function open(this: unknown, ...args: never[]) {
        // It listens on a thread of its own, which is where the code is that starts it.
        return attachment.outside(() => original.apply(this, args));
      },
  );
}

/** What has the function that opens it: the module takes it from its native half when it is loaded, which takes a millisecond. */
function holder(): Record<string, Method> {
  const binding = isLoaded('inspector') ? undefined : nativeBinding<Record<string, Method>>('inspector', ['open']);
  return binding ?? (process.getBuiltinModule('node:inspector') as unknown as Record<string, Method>);
}
