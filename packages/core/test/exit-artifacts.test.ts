import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { keptCaptures } from '../src/artifact/kept-captures.js';

const INDEX = new URL('../dist/index.js', import.meta.url).href;

let rootDir: string;
let outputDir: string;
beforeEach(() => {
  rootDir = mkdtempSync(join(tmpdir(), 'sw-exit-'));
  outputDir = join(rootDir, 'test-results/socket-wrapper');
  onTestFinished(() => rmSync(rootDir, { recursive: true }));
});

/** Runs a module that opens scopes, in a process of its own. */
async function runModule(source: string): Promise<{ stdout: string; stderr: string }> {
  const preface = `
    import { Network, openScope, withNetwork } from ${JSON.stringify(INDEX)};
    const options = { rootDir: ${JSON.stringify(rootDir)}, createNetwork: (o) => new Network(o) };
  `;
  return promisify(execFile)(process.execPath, ['--input-type=module', '--eval', preface + source]);
}

describe('a test that has not ended when the process exits', () => {
  it.each([
    ['because its runner gave it up', 'test(); setImmediate(() => process.exit());'],
    ['because nothing was left to wait for', 'test();'],
  ])('%s, has failed and leaves its capture', async (_why, end) => {
    const { stdout } = await runModule(`
      const test = withNetwork(function hangs(network) {
        console.log(network.directory);
        return new Promise(() => {});
      }, options);
      ${end}
    `);
    expect(keptCaptures(outputDir)).toEqual([
      expect.objectContaining({
        fullName: 'hangs',
        outcome: 'failed',
        error: 'The test had not ended when the process exited',
      }),
    ]);
    expect(readdirSync(outputDir)).toHaveLength(2);
    expect(existsSync(stdout.trim())).toBe(false);
  });

  it('leaves its capture also when other networks were there before it', async () => {
    await runModule(`
      new Network();
      openScope({ file: '/a.js', fullName: 'a', attempt: 0 }, options).network;
      openScope({ file: '/a.js', fullName: 'b', attempt: 0 }, options).network;
    `);
    expect(keptCaptures(outputDir).map(({ fullName }) => fullName)).toEqual(['a', 'b']);
  });

  it('leaves none when the retention mode says so', async () => {
    await runModule(`openScope({ file: '/a.js', fullName: 'a', attempt: 0 }, { ...options, capture: 'off' }).network;`);
    expect(readdirSync(rootDir)).toEqual([]);
  });

  it('says on stderr why its capture cannot be kept, and keeps the others', async () => {
    const { stderr } = await runModule(`
      openScope({ file: '/a.js', fullName: 'a', attempt: 0 }, { ...options, outputDir: '/dev/null/results' }).network;
      openScope({ file: '/a.js', fullName: 'b', attempt: 0 }, options).network;
    `);
    expect(stderr).toMatch(/^socket-wrapper: cannot keep the capture of test "a": ENOTDIR.*\n$/);
    expect(keptCaptures(outputDir).map(({ fullName }) => fullName)).toEqual(['b']);
  });
});

describe('a test that has ended', () => {
  it('leaves no listener on the process and nothing to write at exit', async () => {
    const { stdout } = await runModule(`
      const before = process.listenerCount('exit');
      const scope = openScope({ file: '/a.js', fullName: 'a', attempt: 0 }, options);
      scope.network;
      const during = process.listenerCount('exit');
      await scope.end('passed');
      console.log(during - before, process.listenerCount('exit') - before);
    `);
    expect(stdout).toBe('2 0\n');
    expect(readdirSync(rootDir)).toEqual([]);
  });
});
