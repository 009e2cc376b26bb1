import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const INDEX = new URL('../dist/index.js', import.meta.url).href;

/** Runs a module in a process of its own and gives what it wrote. */
async function runModule(source: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { Network } from ${JSON.stringify(INDEX)};\n${source}`,
  ]);
  return stdout;
}

describe('the directory of a network that nobody disposed of', () => {
  it.each(['', 'process.exit(0);'])('is gone after the process has exited: %j', async (end) => {
    const stdout = await runModule(`
      const networks = [new Network(), new Network()];
      console.log(networks.map(({ directory }) => directory).join('\\n'));
      ${end}
    `);
    const directories = stdout.trim().split('\n');
    expect(directories.map((directory) => [directory, existsSync(directory)])).toEqual([
      [expect.stringMatching(/sw-\w{6}$/), false],
      [expect.stringMatching(/sw-\w{6}$/), false],
    ]);
  });

  it('is gone after an uncaught error', async () => {
    const failure = runModule('console.log(new Network().directory); throw new Error("boom");');
    const { stdout } = await failure.catch((error) => error);
    expect(stdout.trim()).toMatch(/sw-\w{6}$/);
    expect(existsSync(stdout.trim())).toBe(false);
  });
});

describe('the listener on the process', () => {
  it('is there only while there are networks', async () => {
    const stdout = await runModule(`
      const before = process.listenerCount('exit');
      const counts = [];
      const count = () => counts.push(process.listenerCount('exit') - before);
      count();
      const [a, b] = [new Network(), new Network()];
      count();
      await a.dispose();
      count();
      await b.dispose();
      count();
      console.log(JSON.stringify(counts));
    `);
    expect(JSON.parse(stdout)).toEqual([0, 1, 1, 0]);
  });
});

describe('a network', () => {
  it('does not keep the process running', async () => {
    await expect(runModule('new Network().host("web"); console.log("done");')).resolves.toBe('done\n');
  });

  it('does not keep the process running by its watches once it is disposed of', async () => {
    const source =
      'const network = new Network(); network.watch(() => {}); await network.dispose(); console.log("done");';
    await expect(runModule(source)).resolves.toBe('done\n');
  });
});
