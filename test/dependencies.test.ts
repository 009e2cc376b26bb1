/** Holds `docs/dependencies.md` to the package.json files: each dependency has a reason, and each reason a dependency. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../', import.meta.url);
const OWN = /^(@socket-wrapper\/|vitest-plugin-socket-wrapper$|jest-environment-socket-wrapper$)/;

it('The page on dependencies names each dependency of the workspace, and no others', () => {
  expect(reasons()).toEqual(dependencies());
});

function dependencies(): string[] {
  const folders = ['packages/', 'examples/'].flatMap((folder) =>
    readdirSync(new URL(folder, ROOT)).map((name) => `${folder}${name}/`),
  );
  const manifests = ['', 'benchmarks/', 'test/runtimes/', ...folders].map(
    (folder) => new URL(`${folder}package.json`, ROOT),
  );
  const names = manifests.filter(existsSync).flatMap((manifest) => {
    const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readFileSync(manifest, 'utf8'));
    return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  });
  return sorted(names);
}

/** The first column of the page's tables. */
function reasons(): string[] {
  const rows = readFileSync(new URL('docs/dependencies.md', ROOT), 'utf8').matchAll(/^\| ([^|]+) \|/gm);
  const names = [...rows].flatMap(([, cell = '']) => cell.split(',').map((name) => name.trim()));
  return sorted(names.filter((name) => name !== 'package' && !name.startsWith('---')));
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => !OWN.test(name)).sort();
}
