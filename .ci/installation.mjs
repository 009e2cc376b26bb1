/**
 * Installs the packages as a user gets them, into an empty project, and runs the first tests that such a user writes.
 *
 *     node .ci/installation.mjs
 *
 * The native files are those of the published package: built by zig for the oldest glibc, not by this machine's compiler.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LIBC = process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'gnu';
const PACKAGES = [
  'packages/core',
  'packages/preload',
  'packages/vitest-plugin',
  'packages/jest-env',
  `packages/preload/platforms/linux-${process.arch}-${LIBC}`,
];

/** The server is a program on a host of its own, the client is the test. */
const TEST = `
  const server = \`require('node:http').createServer((request, response) => response.end('Hello, ' + request.socket.remoteAddress)).listen(80)\`;

  test('serves the front page', async () => {
    await network.host('web').spawn(process.execPath, ['-e', server], { listening: 80 });
    expect(await (await fetch('http://web/')).text()).toContain('Hello');
  });
`;

const FILES = {
  'package.json': JSON.stringify({ name: 'first-tests', private: true, type: 'module' }),
  'vitest/first.test.js': `import { expect, test } from 'vitest';
    import { useNetwork } from 'vitest-plugin-socket-wrapper';
    const network = useNetwork();
    ${TEST}`,
  'vitest.config.js': `export default { test: { include: ['vitest/*.test.js'] } };`,
  'jest/first.test.cjs': `/** @jest-environment socket-wrapper */
    const { network } = require('jest-environment-socket-wrapper');
    ${TEST}`,
  // What docs/library.md says of programs that ask the library.
  'tool.c': `#include <socket_wrapper.h>
    int main(void) { return socket_wrapper_enabled() ? 1 : 0; }`,
  'tool.sh': `export PKG_CONFIG_PATH=$(dirname $(npx socket-wrapper library))
    cc -o tool tool.c $(pkg-config --cflags --libs socket_wrapper_noop)
    ./tool && ! npx socket-wrapper run -- ./tool`,
  'jest.config.json': JSON.stringify({ testMatch: ['**/jest/*.test.cjs'] }),
};

function run(command, args, cwd) {
  console.log(`$ ${[command, ...args.map((arg) => arg.replace(`${ROOT}`, ''))].join(' ')}`);
  execFileSync(command, args, { cwd, stdio: 'inherit' });
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const project = mkdtempSync(join(tmpdir(), 'first-tests-'));
try {
  const tarballs = join(project, 'packages');
  for (const path of PACKAGES) run('pnpm', ['pack', '--pack-destination', tarballs], join(ROOT, path));
  for (const [path, text] of Object.entries(FILES)) write(join(project, path), text);

  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const { devDependencies: ofJest } = JSON.parse(readFileSync(join(ROOT, 'packages/jest-env/package.json'), 'utf8'));
  const packed = readdirSync(tarballs).map((name) => `./packages/${name}`);
  const runners = [`vitest@${devDependencies.vitest}`, `jest@${ofJest.jest}`];
  run('npm', ['install', '--save-dev', '--no-audit', '--no-fund', ...packed, ...runners], project);

  run('npx', ['socket-wrapper', 'doctor'], project);
  run('sh', ['-e', 'tool.sh'], project);
  run('npx', ['vitest', 'run'], project);
  run('npx', ['jest'], project);
} catch (error) {
  // The command has said itself what was wrong.
  if (error.status === undefined) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(project, { recursive: true, force: true });
}
