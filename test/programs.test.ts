/** Holds `.ci/programs.json`, the list of programs to install, to what tests ask for. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SCRIPT = join(ROOT, '.ci/programs.mjs');
const programs: Record<string, string> = JSON.parse(readFileSync(join(ROOT, '.ci/programs.json'), 'utf8'));

it('Every program that a test asks for by name is on the list of programs to install', () => {
  const tests = readdirSync(join(ROOT, 'packages')).map((name) => join('packages', name, 'test'));
  const asked = [...tests, 'examples']
    .flatMap((folder) => filesIn(join(ROOT, folder)))
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => programsAskedFor(readFileSync(file, 'utf8')));
  expect(asked.length).toBeGreaterThan(10);
  expect([...new Set(asked)].filter((name) => !Object.hasOwn(programs, name))).toEqual([]);
});

it('Missing programs are named in one line, with the command that installs them', async () => {
  const { exitCode, stderr } = await execa(process.execPath, [SCRIPT], { env: { PATH: '/nowhere', CI: '' } });
  expect(exitCode).toBe(0);
  expect(stderr.split('\n')).toHaveLength(1);
  expect(stderr).toMatch(
    /^Not installed, so tests that use them are skipped: .*nginx.* To have them: .*apt-get install -y .*nginx/,
  );
});

it('On CI the line says that tests will fail', async () => {
  const { stderr } = await execa(process.execPath, [SCRIPT], { env: { PATH: '/nowhere', CI: 'true' } });
  expect(stderr).toContain('tests that use them will fail');
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/**
 * The names in `requireProgram('curl', …)`, in `for (const name of ['dnsmasq', 'dig']) requireProgram(name, …)` and in
 * `needs(['redis-server'], …)`.
 */
function programsAskedFor(source: string): string[] {
  const direct = [...source.matchAll(/requireProgram\('([^']+)'/g)].map(([, name = '']) => name);
  const lists = /(?:of |needs\()\[([^\]]+)\](?:\) requireProgram\(|, )/g;
  const listed = [...source.matchAll(lists)].flatMap(([, list = '']) =>
    [...list.matchAll(/'([^']+)'/g)].map(([, name = '']) => name),
  );
  return [...direct, ...listed];
}
