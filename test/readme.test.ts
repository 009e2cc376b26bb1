/** Whatever the README shows is tried here, in a folder that has no more than what it says to install. */

import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codeBlocks } from './markdown.js';
import { makeProject } from './project.js';
import { requirePrograms } from './support/programs.js';

const README = new URL('../README.md', import.meta.url);
const blocks = codeBlocks(README);

function block(language: string, needle: string): string {
  const found = blocks.filter(({ language: is, code }) => is === language && code.includes(needle));
  expect(found, `blocks in ${language} with ${needle}`).toHaveLength(1);
  return found[0]?.code ?? '';
}

const NGINX_CONF = `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off; pid nginx.pid; error_log stderr; events {}
http {
  access_log off;
  client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  server { listen 80; location / { return 200 "Hello\n"; } }
}`;

const TYPES = { '@types/node': 'node_modules/@types/node', typescript: 'node_modules/typescript' };
const VITEST = { vitest: 'node_modules/vitest', 'vitest-plugin-socket-wrapper': 'packages/vitest-plugin' };
const JEST = { jest: 'packages/jest-env/node_modules/jest', 'jest-environment-socket-wrapper': 'packages/jest-env' };
const PRELOAD = { '@socket-wrapper/preload': 'packages/preload' };
const PACKAGE_JSON = '{ "private": true, "type": "module" }';

describe('The README of @socket-wrapper/preload', () => {
  it('begins with a program that prints what its comment says', async (context) => {
    requirePrograms(['redis-server', 'redis-cli'], context);
    const page = codeBlocks(new URL('../packages/preload/README.md', import.meta.url));
    const script = page.find(({ code }) => code.includes('createNetwork'))?.code ?? '';
    await using project = await makeProject({ 'package.json': PACKAGE_JSON, 'script.mjs': script }, PRELOAD);
    const { exitCode, all } = await project.node('script.mjs');
    expect(exitCode, all).toBe(0);
    expect(all).toBe(/console\.log\(stdout\); \/\/ (.*)/.exec(script)?.[1]);
  });
});

describe('The README of @socket-wrapper/core', () => {
  it('has a program that tells what a capture holds, and writes it again without its keys', async () => {
    const page = codeBlocks(new URL('../packages/core/README.md', import.meta.url));
    const script = page.find(({ code }) => code.includes('readCapture'))?.code ?? '';
    await using project = await makeProject(
      { 'package.json': PACKAGE_JSON, 'script.mjs': script },
      { '@socket-wrapper/core': 'packages/core' },
    );
    const place = join(project.folder, 'capture.pcapng');
    await copyFile(new URL('../packages/core/test/captures/tls-keys.pcapng', import.meta.url), place);
    const { exitCode, all } = await project.node('script.mjs');
    expect(exitCode, all).toBe(0);
    expect(all?.split('\n')).toContain(/summary}`\); \/\/ (.*)/.exec(script)?.[1]);
    const written = await readFile(join(project.folder, 'without-keys.pcapng'), 'latin1');
    expect(await readFile(place, 'latin1')).toContain('CLIENT_');
    expect(written).not.toContain('CLIENT_');
    expect(written.length).toBeGreaterThan(1000);
  });
});

describe('The README', () => {
  it('has a Vitest test that passes as it stands', async (context) => {
    requirePrograms(['nginx', 'curl'], context);
    await using project = await makeProject(
      { 'package.json': PACKAGE_JSON, 'web.test.ts': block('ts', 'useNetwork'), 'nginx.conf': NGINX_CONF },
      VITEST,
    );
    const { exitCode, all } = await project.node('node_modules/vitest/vitest.mjs', 'run');
    expect(exitCode, all).toBe(0);
    expect(all).toMatch(/Tests\s+1 passed/);
  });

  it('has a Jest configuration and a Jest test that pass as they stand', async (context) => {
    requirePrograms(['redis-server', 'redis-cli'], context);
    const files = {
      'package.json': '{ "private": true }',
      'jest.config.js': block('js', 'testEnvironment'),
      'redis.test.js': block('js', 'require('),
    };
    await using project = await makeProject(files, JEST);
    const { exitCode, all } = await project.node('node_modules/jest/bin/jest.js');
    expect(exitCode, all).toBe(0);
    expect(all).toMatch(/Tests:\s+1 passed/);
  });

  it('has a script that prints what its comment says', async () => {
    const script = block('ts', 'createNetwork');
    await using project = await makeProject({ 'package.json': PACKAGE_JSON, 'script.mjs': script }, PRELOAD);
    const { exitCode, all } = await project.node('script.mjs');
    expect(exitCode, all).toBe(0);
    const promised = /console\.log\(stdout\); \/\/ (.*)/.exec(script)?.[1];
    expect(all?.replace(/\s+/g, ' ')).toBe(promised);
  });

  it('has TypeScript that the compiler accepts', async () => {
    const sources = blocks.filter(({ language }) => language === 'ts');
    const files = Object.fromEntries(sources.map(({ code }, index) => [`block-${index}.ts`, code]));
    const tsconfig = {
      compilerOptions: {
        module: 'nodenext',
        target: 'es2023',
        strict: true,
        noEmit: true,
        types: ['node'],
        skipLibCheck: true,
      },
    };
    await using project = await makeProject(
      { ...files, 'package.json': PACKAGE_JSON, 'tsconfig.json': JSON.stringify(tsconfig) },
      { ...TYPES, ...VITEST, ...PRELOAD },
    );
    const { exitCode, all } = await project.node('node_modules/typescript/bin/tsc', '-p', '.');
    expect(exitCode, all).toBe(0);
    expect(sources.length).toBeGreaterThan(1);
  });

  it('names commands that exist', async () => {
    const { scripts } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
    const commands = block('sh', 'pnpm@12')
      .split('\n')
      .map((line) => /^npx -y pnpm@12 (\w+)/.exec(line)?.[1])
      .filter((name) => name !== undefined);
    expect(commands).toEqual(['demo', 'test']);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(commands));
  });

  it('installs packages of this workspace', async () => {
    const installed = blocks
      .filter(({ language }) => language === 'sh')
      .flatMap(({ code }) => [...code.matchAll(/npm install --save-dev (\S+)/g)].map(([, name]) => name));
    const own = ['vitest-plugin', 'jest-env'].map(async (folder) => {
      const manifest = await readFile(new URL(`../packages/${folder}/package.json`, import.meta.url), 'utf8');
      return JSON.parse(manifest).name;
    });
    expect(installed).toEqual(await Promise.all(own));
  });
});
