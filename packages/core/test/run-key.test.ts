import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const MODULE = new URL('../dist/artifact/run-key.js', import.meta.url).href;
const SOURCE = `import(${JSON.stringify(MODULE)}).then(({ runKey }) => {`;

/** The key in a process that somebody started without an IPC channel. */
async function keyOfProcess(env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', `${SOURCE} console.log(runKey()); });`], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
  });
  return stdout.trim();
}

/** The key in a worker process, as Vitest and Jest fork them. */
async function keyOfWorker(): Promise<string> {
  const source = `${SOURCE} process.send(runKey(), () => process.disconnect()); });`;
  const worker = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [[key]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
  return key;
}

describe('the key of a run', () => {
  it('is the same in all workers of a runner, and names the runner', async () => {
    const keys = await Promise.all([keyOfWorker(), keyOfWorker(), keyOfProcess({ NODE_TEST_CONTEXT: 'child-v8' })]);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(new RegExp(`^${process.pid}-\\d+$`));
  });

  it('is another one in each process that runs tests by itself', async () => {
    const keys = await Promise.all([keyOfProcess(), keyOfProcess()]);
    expect(new Set(keys).size).toBe(2);
  });
});
