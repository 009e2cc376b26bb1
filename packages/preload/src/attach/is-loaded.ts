import { realProcess } from './real-process.js';

/** Whether code of this thread has loaded a module of Node.js, such as `dns/promises`, so that it may hold what the module exports. */
export function isLoaded(module: string): boolean {
  // Not in its types.
  const { moduleLoadList } = realProcess() as NodeJS.Process & { readonly moduleLoadList?: readonly string[] };
  return moduleLoadList?.includes(`NativeModule ${module}`) ?? true;
}
