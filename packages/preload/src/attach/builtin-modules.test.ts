import { describe, expect, it } from 'vitest';
import { BuiltinModules, isLoaded } from './builtin-modules.js';

const { moduleLoadList } = process as NodeJS.Process & { readonly moduleLoadList: readonly string[] };

describe('BuiltinModules', () => {
  it('patches a module that is loaded at once', () => {
    const patched: string[] = [];
    new BuiltinModules().whenLoaded('fs', ({ readFileSync }: typeof import('node:fs')) => {
      patched.push(readFileSync.name);
    });
    expect(patched).toEqual(['readFileSync']);
  });

  it('patches one that is not before its loader sees it, and leaves the list of modules as it was', () => {
    // Both are rarely used. What a runner has loaded already would be patched at once.
    const [first, second] = ['repl', 'inspector/promises'] as const;
    expect([first, second].map(isLoaded)).toEqual([false, false]);
    const prototype: object = Object.getPrototypeOf(moduleLoadList);
    const modules = new BuiltinModules();
    for (const name of [first, second]) {
      modules.whenLoaded(name, (exports: Record<string, unknown>) => {
        exports.patched = name;
      });
    }

    expect(process.getBuiltinModule(`node:${first}`)).toMatchObject({ patched: first });
    expect(process.getBuiltinModule(`node:${second}`)).toMatchObject({ patched: second });
    expect(moduleLoadList).toContain(`NativeModule ${first}`);
    expect(Object.getPrototypeOf(moduleLoadList)).toBe(prototype);
  });
});
