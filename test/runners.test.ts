/** What the pages on other test runners show is tried here, as it stands and with a mistake. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { codeBlocks } from './markdown.js';
import { makeProject, type Packages } from './project.js';
import { requirePrograms } from './support/programs.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PACKAGES = { '@socket-wrapper/preload': 'packages/preload', '@types/node': 'node_modules/@types/node' };

interface Runner {
  /** The page in `docs`, without `.md`. */
  readonly page: string;
  /** What the page says to type. */
  readonly command: string;
  /** The same on this machine. */
  readonly program: readonly [file: string, ...args: string[]];
  readonly packages?: Packages;
  /** Programs of the machine that its tests start. */
  readonly programs?: readonly string[];
  /** What the page leaves out because users do not need it. */
  readonly files?: Readonly<Record<string, string>>;
}

const NODE = process.execPath;
const RUNNERS: readonly Runner[] = [
  { page: 'node-test', command: 'node --test', program: [NODE, '--test'] },
  {
    page: 'mocha',
    command: 'npx mocha',
    program: [NODE, 'node_modules/mocha/bin/mocha.js'],
    packages: { mocha: 'node_modules/mocha' },
  },
  {
    page: 'playwright',
    command: 'npx playwright test',
    program: [NODE, 'node_modules/@playwright/test/cli.js', 'test'],
    packages: { '@playwright/test': 'node_modules/@playwright/test' },
    // It compiles what is linked into node_modules as if that were the project's own.
    files: {
      'playwright.config.mjs': `export default {
        build: { external: ['**/packages/**', '**/.pnpm/**'] },
        use: { launchOptions: { executablePath: '/usr/bin/chromium', args: ['--disable-gpu', '--disable-quic'] } },
      };`,
    },
    programs: ['chromium'],
  },
  { page: 'bun', command: 'bun test', program: [installed('bun'), 'test'] },
  {
    page: 'deno',
    command: 'deno test --allow-all',
    // It checks the types of what is linked into node_modules as if that were the project's own.
    program: [installed('deno'), 'test', '--allow-all', '--no-check'],
  },
];

describe.each(RUNNERS)('The page on $page', ({ page, command, program, packages, files: more, programs = [] }) => {
  const [file, ...args] = program;
  const blocks = codeBlocks(new URL(`../docs/${page}.md`, import.meta.url));
  // Each file begins with its name.
  const files = Object.fromEntries(
    blocks.flatMap(({ code }) => {
      const name = /^\/\/ (\S+\.(?:mjs|ts))\n/.exec(code)?.[1];
      return name === undefined ? [] : [[name, code]];
    }),
  );
  const project = (change: (code: string) => string = (code) => code) =>
    makeProject(
      {
        'package.json': '{ "private": true, "type": "module" }',
        ...more,
        ...Object.fromEntries(Object.entries(files).map(([name, code]) => [name, change(code)])),
      },
      { ...PACKAGES, ...packages },
    );

  it('has tests that pass as they stand', async (test) => {
    requireRuntime(file, test);
    requirePrograms(programs, test);
    await using folder = await project();
    const { exitCode, all } = await folder.run(file, ...args);
    expect(exitCode, all).toBe(0);
    expect(blocks.map(({ code }) => code)).toContain(`${command}\n`);
  });

  it('is right that a failure shows the traffic', async (test) => {
    requireRuntime(file, test);
    requirePrograms(programs, test);
    await using folder = await project((code) => code.replace(/(equal\(.*|toBe\(|!== )'Hello'/, "$1'Goodbye'"));
    const { exitCode, all } = await folder.run(file, ...args);
    expect(exitCode, all).not.toBe(0);
    const capture = /test-results\/\S+\.pcapng/.exec(all ?? '')?.[0] ?? 'no capture in the output';
    expect(existsSync(join(folder.folder, capture)), all).toBe(true);
    expect(capture).toContain('serves-the-front-page');
    // Playwright attaches the capture instead.
    if (page !== 'playwright') expect(all).toMatch(/┤ +200 OK/);
  });
});

describe('The page on bun', () => {
  it('is right about the warning, and about what code of the test gets', async (test) => {
    requireRuntime(installed('bun'), test);
    const code = `
      import { expect, test } from 'bun:test';
      import { withNetwork } from '@socket-wrapper/preload';
      test('is told', withNetwork(async (network) => {
        const web = network.host('web');
        expect(() => web.within(() => {})).toThrow(expect.objectContaining({ code: 'ATTACH_FAILED' }));
      }));`;
    await using folder = await makeProject({ 'package.json': '{ "type": "module" }', 'a.test.ts': code }, PACKAGES);
    const { exitCode, all } = await folder.run(installed('bun'), 'test');
    expect(exitCode, all).toBe(0);
    expect(all).toMatch(/The sockets of this process cannot be put on a network: Bun [\d.]+ is not Node\.js/);
  });

  it('is right that a run has a network of its own under `socket-wrapper run`', async (test) => {
    requireRuntime(installed('bun'), test);
    const code = `
      import { expect, test } from 'bun:test';
      test('serves', async () => {
        const server = Bun.serve({ port: 80, fetch: () => new Response('Hello') });
        expect(await (await fetch('http://localhost/')).text()).toBe('Hello');
        expect(async () => await fetch('http://10.1.2.3/')).toThrow('ENETUNREACH');
        await server.stop();
      });`;
    await using folder = await makeProject({ 'package.json': '{ "type": "module" }', 'a.test.ts': code }, PACKAGES);
    const command = [join(ROOT, 'packages/preload/dist/cli/main.js'), 'run', '--'];
    const { exitCode, all } = await folder.node(...command, installed('bun'), 'test');
    expect(exitCode, all).toBe(0);
  });
});

/** The program of the package that is for this machine; else one that the machine has, if any. */
function installed(name: 'bun' | 'deno'): string {
  const packages =
    name === 'bun'
      ? ['@oven/bun-linux-x64-baseline/bin/bun', '@oven/bun-linux-aarch64/bin/bun']
      : ['@deno/linux-x64-glibc/deno', '@deno/linux-arm64-glibc/deno'];
  const paths = packages.map((path) => join(ROOT, 'test/runtimes/node_modules', path));
  return paths.find((path) => existsSync(path)) ?? name;
}

/** Skips a test whose runtime is neither installed by `pnpm install:runtimes` nor on the machine. */
function requireRuntime(file: string, test: { skip: (note?: string) => void }): void {
  if (!existsSync(file)) requirePrograms([file], test);
}
