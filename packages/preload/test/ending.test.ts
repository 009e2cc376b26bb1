import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { createNetwork, type SpawnedProgram } from '../src/index.js';
import { janitorPath } from '../src/native-files/locate-library.js';
import { janitor } from '../src/networks/janitor.js';
import { allEnded, compile, isAlive, makeFolder } from './support/programs.js';

/** The numbers on the first `count` lines of a program. */
async function numbersOf(program: SpawnedProgram, count: number): Promise<number[]> {
  const numbers = [];
  const lines = program.lines();
  while (numbers.length < count) numbers.push(Number((await lines.next()).value?.text));
  return numbers;
}

/** A process of nobody's network, and its end. */
function stranger(env: NodeJS.ProcessEnv = {}) {
  const child = spawn('sleep', ['1000'], { env: { PATH: process.env.PATH, ...env }, stdio: 'ignore' });
  const { pid = 0 } = child;
  return {
    pid,
    [Symbol.asyncDispose]: async () => {
      const ended = child.exitCode ?? child.signalCode;
      if (ended === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    },
  };
}

/** Enters a process into a network's process table, as the library does (docs/network-directory.md). */
function enter(directory: string, pid: number, spawnNumber: number): void {
  const entry = new Uint32Array([pid, spawnNumber, 0, 0]);
  const file = openSync(join(directory, '.state'), 'r+');
  writeSync(file, entry, 0, entry.byteLength, 4096);
  closeSync(file);
}

describe('network.dispose', () => {
  it('leaves no process behind: no child, no daemon, none that ignores SIGTERM', async () => {
    const network = createNetwork();
    const box = network.host('box');
    const plain = await box.spawn('sleep', ['1000']);
    const family = await box.spawn('sh', [
      '-c',
      'sleep 1000 & echo $!; sh -c "sleep 1000 & echo \\$!; wait" & echo $!; wait',
    ]);
    const daemon = await box.spawn('sh', ['-c', 'setsid sh -c "sleep 1000 & echo \\$!; wait" & echo $!']);
    const stubborn = await box.spawn('sh', ['-c', 'trap "" TERM; echo $$; while :; do sleep 1000; done']);
    const pids = [
      plain.pid,
      ...(await numbersOf(family, 3)),
      ...(await numbersOf(daemon, 2)),
      ...(await numbersOf(stubborn, 1)),
    ];
    expect(pids.filter((pid) => !isAlive(pid))).toEqual([]);
    await network.dispose();
    await allEnded(pids, 0);
    expect(existsSync(network.directory)).toBe(false);
  });

  it('ends a child that wiped its environment and moved to a session of its own', async () => {
    const network = createNetwork();
    const program = await network.host('box').spawn('sh', ['-c', 'env -i setsid sleep 1000 & echo $!; wait']);
    const [pid = 0] = await numbersOf(program, 1);
    await network.dispose();
    await allEnded([program.pid, pid], 0);
  });

  it('ends children that wiped their environment and never called the library, however they were made', async () => {
    await using folder = await makeFolder();
    const network = createNetwork();
    const program = await network.host('box').spawn(await compile('forks', join(folder.path, 'forks')));
    const pids = await numbersOf(program, 6);
    const entered = network.processes().filter(({ spawn: number }) => number === program.spawn);
    expect(entered.map(({ pid }) => pid)).toEqual(expect.arrayContaining(pids));
    await network.dispose();
    await allEnded([program.pid, ...pids], 0);
  });

  it('ends a process that others started with the network’s environment', async () => {
    const network = createNetwork();
    await network.host('box').run('true');
    await using other = stranger(network.environment(network.testHost));
    await network.dispose();
    expect(isAlive(other.pid)).toBe(false);
  });

  it('does not touch a process that has got the number of one of the network’s', async () => {
    await using innocent = stranger();
    const network = createNetwork();
    await network.host('box').run('true');
    enter(network.directory, innocent.pid, 1);
    expect(network.processes()).toContainEqual(expect.objectContaining({ pid: innocent.pid }));
    await network.dispose();
    expect(isAlive(innocent.pid)).toBe(true);
  });

  it('does not touch the programs of other networks', async () => {
    await using other = createNetwork();
    const program = await other.host('box').spawn('sleep', ['1000']);
    const network = createNetwork();
    await network.host('box').spawn('sleep', ['1000']);
    await network.dispose();
    expect(isAlive(program.pid)).toBe(true);
  });

  it('ends networks side by side, not one after the other', async () => {
    const networks = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const network = createNetwork();
        const program = await network
          .host('box')
          .spawn('sh', ['-c', 'trap "" TERM; echo $$; while :; do sleep 1000; done']);
        await numbersOf(program, 1);
        return network;
      }),
    );
    const start = process.hrtime.bigint();
    await Promise.all(networks.map((network) => network.dispose()));
    // Each takes its second of grace; one after the other would be four.
    expect(Number(process.hrtime.bigint() - start) / 1e9).toBeLessThan(3);
  });

  it('works while a test has replaced the timers', async () => {
    vi.useFakeTimers();
    try {
      const network = createNetwork();
      const program = await network.host('box').spawn('sleep', ['1000']);
      await network.dispose();
      expect(isAlive(program.pid)).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it('goes on with another janitor when somebody killed the first', async () => {
    const network = createNetwork();
    const program = await network.host('box').spawn('sleep', ['1000']);
    process.kill(janitor().pid ?? 0, 'SIGKILL');
    await network.dispose();
    expect(isAlive(program.pid)).toBe(false);
  });

  it('ends the programs of a directory that was removed under them, with another janitor too', async () => {
    const network = createNetwork();
    const program = await network.host('box').spawn('sleep', ['1000']);
    await rm(network.directory, { recursive: true });
    process.kill(janitor().pid ?? 0, 'SIGKILL');
    await network.dispose();
    expect(isAlive(program.pid)).toBe(false);
  });

  it('rejects a start that nobody awaits with silence when the network goes first', async () => {
    const network = createNetwork();
    const rejections: unknown[] = [];
    const note = (reason: unknown) => rejections.push(reason);
    process.on('unhandledRejection', note);
    try {
      const program = network.host('box').spawn('sleep', ['1000'], { listening: 80 });
      await network.dispose();
      await expect(program).rejects.toMatchObject({ code: 'EXITED_EARLY' });
      expect(rejections).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });
});

describe('the janitor', () => {
  const RUNNER = fileURLToPath(new URL('programs/runner.mjs', import.meta.url));

  /** Starts a process that has programs on a network, and gives what it says of them. */
  async function startRunner() {
    const runner = spawn(process.execPath, [RUNNER], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface(runner.stdout);
    const [line] = (await once(lines, 'line')) as [string];
    return { runner, ...(JSON.parse(line) as { directory: string; pids: number[]; janitor: number }) };
  }

  it.each(['SIGKILL', 'SIGTERM'] as const)('leaves nothing of a test process that %s ends', async (signal) => {
    const { runner, directory, pids, janitor } = await startRunner();
    expect(pids).toHaveLength(4);
    expect(pids.filter((pid) => !isAlive(pid))).toEqual([]);
    runner.kill(signal);
    await allEnded([...pids, janitor], 2000);
    expect(existsSync(directory)).toBe(false);
  });

  it('does not keep a process from ending that has disposed of its networks', async () => {
    const { runner, janitor } = await startRunner();
    const exited = once(runner, 'exit');
    runner.kill('SIGUSR2');
    expect(await exited).toEqual([0, null]);
    await allEnded([janitor], 2000);
  });

  it('removes no directory that is not a network’s own', async () => {
    await using folder = await makeFolder();
    const child = spawn(janitorPath(), { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(`+ ${folder.path}\0+ relative\0+ ${join(folder.path, 'missing')}\0e 5 0 100 ${folder.path}\0`);
    const [answer] = await once(createInterface(child.stdout), 'line');
    expect(answer).toBe('5 0');
    await once(child, 'exit');
    expect(existsSync(folder.path)).toBe(true);
  });
});
