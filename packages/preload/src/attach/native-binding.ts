import { realProcess } from './real-process.js';

/**
 * The native half of a module of Node.js, which the module's own functions are made of.
 *
 * `undefined` where Node.js does not give it, as under its permission model, or where `names` are not all functions of it.
 */
export function nativeBinding<T>(module: string, names: readonly (keyof T)[]): T | undefined {
  const own = realProcess() as NodeJS.Process & { binding?: (module: string) => Partial<T> };
  const { binding, noDeprecation } = own;
  // With the flag of that name it cannot be written.
  const setNoDeprecation = (value: boolean) => noDeprecation === true || Object.assign(own, { noDeprecation: value });
  if (typeof binding !== 'function') return undefined;
  try {
    // Deprecated with --pending-deprecation, and without a successor for what is done here.
    setNoDeprecation(true);
    const found = binding(module);
    return names.every((name) => typeof found[name] === 'function') ? (found as T) : undefined;
  } catch {
    // A later Node.js may have no such binding.
    return undefined;
  } finally {
    setNoDeprecation(noDeprecation ?? false);
  }
}
