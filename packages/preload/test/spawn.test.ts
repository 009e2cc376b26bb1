import { readdirSync, readlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createNetwork, SpawnError, SpawnedProgram } from '../src/index.js';
import { allEnded, isAlive, makeFolder } from './support/programs.js';

/** The text of the first line that a program writes. */
async function firstLine(program: SpawnedProgram): Promise<string> {
  for await (const { text } of program.lines()) return text;
  throw new Error(`${program.command} wrote nothing`);
}

/** Whether the descriptor at this path of /proc is a pipe. The one that lists the directory is gone by now. */
function isPipe(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('pipe:');
  } catch {
    return false;
  }
}

describe('host.spawn', () => {
  it('gives a program that runs, with its output and its end', async () => {
    await using network = createNetwork();
    const program = await network
      .host('box')
      .spawn('sh', ['-c', 'echo out; echo err >&2; read line; echo "$line"; exit 3']);
    expect(program).toBeInstanceOf(SpawnedProgram);
    expect(program).toMatchObject({ file: 'sh', spawn: 1, pid: expect.any(Number) });
    expect(program.host).toBe(network.host('box'));
    expect(await firstLine(program)).toMatch(/out|err/);
    program.stdin.end('bye\n');
    expect(await program.exited).toEqual({ exitCode: 3, signal: undefined });
    expect(program.stdout()).toBe('out\nbye\n');
    expect(program.stderr()).toBe('err\n');
    expect(program.output()).toContain('bye\n');
  });

  it('gives lines as they come, and ends with the output', async () => {
    await using network = createNetwork();
    const program = await network.host('box').spawn('cat');
    const lines = program.lines();
    program.stdin.write('one\n');
    expect(await lines.next()).toEqual({ done: false, value: { stream: 'stdout', text: 'one' } });
    program.stdin.end('two');
    expect(await lines.next()).toEqual({ done: false, value: { stream: 'stdout', text: 'two' } });
    expect(await lines.next()).toEqual({ done: true, value: undefined });
  });

  it.each([
    ['a pipe, which is no socket, for standard input', {}, /^pipe:\[\d+\]$/],
    ['/dev/null for standard input when it is to ignore it', { stdin: 'ignore' }, /^\/dev\/null$/],
  ] as const)('gives a program %s', async (_what, options, target) => {
    await using network = createNetwork();
    const program = await network.host('box').spawn('readlink', ['/proc/self/fd/0'], options);
    await program.exited;
    expect(program.stdout().trim()).toMatch(target);
  });

  it('gives a program output that it can open by its name, as nginx opens /dev/stdout for its log', async () => {
    await using network = createNetwork();
    const script = 'readlink /proc/self/fd/1; readlink /proc/self/fd/2; echo out > /dev/stdout; echo err > /dev/stderr';
    const { stdout, stderr } = await network.host('box').run('sh', ['-c', script]);
    expect(stdout).toMatch(/^pipe:\[\d+\]\npipe:\[\d+\]\nout$/);
    expect(stderr).toBe('err');
  });

  it('leaves no descriptor of a pipe open, here or in the next program', async () => {
    await using network = createNetwork();
    const pipes = () => readdirSync('/proc/self/fd').filter((fd) => isPipe(`/proc/self/fd/${fd}`)).length;
    const before = pipes();
    const first = await network.host('box').spawn('cat');
    const second = await network.host('box').spawn('ls', ['-l', '/proc/self/fd']);
    await second.exited;
    // Left open in the second, the pipe would keep the first from ever reading its end.
    expect(second.stdout()).not.toContain(readlinkSync(`/proc/${first.pid}/fd/0`));
    first.stdin.end();
    expect(await first.exited).toEqual({ exitCode: 0, signal: undefined });
    await expect(network.host('box').spawn('true', ['x'.repeat(200_000)])).rejects.toThrow();
    await vi.waitFor(() => expect(pipes()).toBe(before));
  });

  it('has nothing to write to where a program has no pipe', async () => {
    await using network = createNetwork();
    const program = await network.host('box').spawn('true', [], { stdin: 'ignore' });
    expect(() => program.stdin).toThrow(
      "true has no pipe for standard input: it was started with the option input, or stdin: 'ignore'",
    );
  });

  it('can be used without being awaited', async () => {
    await using network = createNetwork();
    const program = network.host('box').spawn('sh', ['-c', 'echo hello']);
    expect(program.pid).toBeGreaterThan(0);
    expect(await firstLine(program)).toBe('hello');
  });

  it('rejects what cannot be started, and every use of it throws', async () => {
    await using network = createNetwork();
    const program = network.host('box').spawn('no-such-program', ['-x']);
    expect(() => program.pid).toThrow(
      'Cannot start no-such-program -x on host box: it was not started; await it to learn why',
    );
    await expect(program).rejects.toMatchObject({ name: 'PreloadError', code: 'PROGRAM_NOT_FOUND' });
  });

  it('tells why nothing was started when nobody awaits it', async () => {
    await using network = createNetwork();
    const told = new Promise((resolve) => process.once('unhandledRejection', resolve));
    network.host('box').spawn('true', [], { listening: 65536 });
    expect(await told).toEqual(new RangeError('Cannot wait for port 65536: 1 to 65535 is needed'));
  });

  it('is a promise in all that a promise can do', async () => {
    await using network = createNetwork();
    const box = network.host('box');
    expect(await box.spawn('no-such-program').catch(({ code }) => code)).toBe('PROGRAM_NOT_FOUND');
    const settled = vi.fn();
    expect(await box.spawn('cat').finally(settled)).toBeInstanceOf(SpawnedProgram);
    expect(settled).toHaveBeenCalledOnce();
  });

  it('rejects a start that the system refuses, in the words of the system', async () => {
    await using network = createNetwork();
    const failure = network.host('box').spawn('true', ['x'.repeat(200_000)]);
    await expect(failure).rejects.toMatchObject({
      name: 'SpawnError',
      code: 'START_FAILED',
      host: 'box',
      message: expect.stringContaining('E2BIG'),
      cause: expect.objectContaining({ code: 'E2BIG' }),
    });
  });

  it.each([0, 65536, 1.5, Number.NaN])('refuses to wait for port %d', async (listening) => {
    await using network = createNetwork();
    await expect(network.host('box').spawn('true', [], { listening })).rejects.toThrow(
      new RangeError(`Cannot wait for port ${listening}: 1 to 65535 is needed`),
    );
  });

  it('refuses an option that it does not have', async () => {
    await using network = createNetwork();
    const known = 'listening, stdin, timeoutMs, cwd, env, extendEnv, input, signal, maxOutputLength';
    await expect(network.host('box').spawn('true', [], { listen: 80 } as object)).rejects.toThrow(
      new TypeError(`spawn() has no option "listen": its options are ${known}`),
    );
  });

  it('rejects as soon as the program has failed, with its last words', async () => {
    await using network = createNetwork();
    const failure = network.host('box').spawn('sh', ['-c', 'echo "bad config" >&2; exit 1'], { listening: 80 });
    await expect(failure).rejects.toMatchObject({
      name: 'SpawnError',
      code: 'EXITED_EARLY',
      command: `sh -c 'echo "bad config" >&2; exit 1'`,
      host: 'box',
      message:
        `sh -c 'echo "bad config" >&2; exit 1' on host box exited with code 1 before it listened on TCP port 80. ` +
        'Its last output:\n  bad config',
    });
  });

  it('names the line that started the program when it fails later', async () => {
    await using network = createNetwork();
    const failure = await network
      .host('box')
      .spawn('false', [], { listening: 80 })
      .then(
        () => undefined,
        (error: unknown) => error as Error,
      );
    expect(failure?.stack).toMatch(/before it listened on TCP port 80\n {4}at .*spawn\.test\.ts:\d+/);
  });

  it('rejects as soon as a program that ended well has left nothing behind', async () => {
    await using network = createNetwork();
    const failure = network.host('box').spawn('sh', ['-c', 'sh -c "exit 0" & wait'], { listening: [80, 443] });
    await expect(failure).rejects.toThrow(
      'on host box exited with code 0 before it listened on TCP port 80, TCP port 443',
    );
  });

  it('rejects when the last process of a daemon has ended', async () => {
    await using network = createNetwork();
    await using folder = await makeFolder();
    const pipe = join(folder.path, 'pipe');
    // The daemon ends when the pipe does, and that is ours to end.
    const line = `mkfifo ${pipe}; cat ${pipe} & echo $!`;
    const program = network.host('box').spawn('sh', ['-c', line], { listening: 80, timeoutMs: 60_000 });
    await program.exited;
    const daemon = Number(await firstLine(program));
    const lifeline = await open(pipe, 'w');
    expect(isAlive(daemon)).toBe(true);
    await lifeline.close();
    await expect(program).rejects.toMatchObject({ code: 'EXITED_EARLY' });
    expect(isAlive(daemon)).toBe(false);
  });

  it('rejects when the signal aborts, and ends the program', async () => {
    await using network = createNetwork();
    const controller = new AbortController();
    const program = network.host('box').spawn('sleep', ['1000'], { listening: 80, signal: controller.signal });
    const { pid } = program;
    controller.abort(new Error('enough'));
    await expect(program).rejects.toMatchObject({ code: 'ABORTED', cause: new Error('enough') });
    expect(isAlive(pid)).toBe(false);
  });

  it('ends a program that is ready when its signal aborts later', async () => {
    await using network = createNetwork();
    const controller = new AbortController();
    const program = await network.host('box').spawn('sleep', ['1000'], { signal: controller.signal });
    controller.abort();
    expect(await program.exited).toEqual({ exitCode: undefined, signal: 'SIGTERM' });
  });

  it('does not start a program whose signal has aborted before', async () => {
    await using network = createNetwork();
    const program = network.host('box').spawn('sleep', ['1000'], { signal: AbortSignal.abort(new Error('never')) });
    await expect(program).rejects.toMatchObject({
      code: 'ABORTED',
      message: 'sleep 1000 was not started on host box: its signal had aborted before',
      cause: new Error('never'),
    });
    expect(() => program.pid).toThrow(SpawnError);
  });
});

describe('SpawnedProgram.stop', () => {
  it('ends the program and its descendants, also those in sessions of their own', async () => {
    await using network = createNetwork();
    const line = 'setsid sleep 1000 & echo $!; sh -c "sleep 1000 & echo \\$!; wait" & wait';
    const program = await network.host('box').spawn('sh', ['-c', line]);
    const lines = program.lines();
    const pids = [program.pid];
    for (let count = 0; count < 2; count++) pids.push(Number((await lines.next()).value?.text));
    await program.stop();
    await allEnded(pids, 0);
    expect(await program.exited).toEqual({ exitCode: undefined, signal: 'SIGTERM' });
  });

  it('leaves other programs of the network alone', async () => {
    await using network = createNetwork();
    const [first, second] = [
      await network.host('a').spawn('sleep', ['1000']),
      await network.host('b').spawn('sleep', ['1000']),
    ];
    await first.stop();
    expect([isAlive(first.pid), isAlive(second.pid)]).toEqual([false, true]);
  });

  it('kills what does not act on SIGTERM', async () => {
    await using network = createNetwork();
    const program = await network
      .host('box')
      .spawn('sh', ['-c', 'trap "" TERM; echo ready; while :; do sleep 1000; done']);
    await firstLine(program);
    await program.stop({ graceMs: 50 });
    expect(await program.exited).toEqual({ exitCode: undefined, signal: 'SIGKILL' });
  });

  it('ends a stopped program as well', async () => {
    await using network = createNetwork();
    const program = await network
      .host('box')
      .spawn('sh', ['-c', 'trap "exit 7" TERM; echo ready; kill -STOP $$; exit 1']);
    await firstLine(program);
    await program.stop({ graceMs: 5000 });
    expect(await program.exited).toEqual({ exitCode: 7, signal: undefined });
  });

  it('lets a program end in its own way', async () => {
    await using network = createNetwork();
    const program = await network
      .host('box')
      .spawn('sh', ['-c', 'trap "echo bye; exit 0" TERM; echo ready; while :; do sleep 0.01; done']);
    await firstLine(program);
    await program.stop();
    expect(await program.exited).toEqual({ exitCode: 0, signal: undefined });
    expect(program.stdout()).toBe('ready\nbye\n');
  });

  it('is harmless when it is called again, or after the network has gone', async () => {
    const network = createNetwork();
    const program = await network.host('box').spawn('sleep', ['1000']);
    await program.stop();
    await program.stop();
    await network.dispose();
    await program.stop();
  });

  it('is what the end of an await using block calls', async () => {
    await using network = createNetwork();
    let pid: number;
    {
      await using program = await network.host('box').spawn('sleep', ['1000']);
      pid = program.pid;
    }
    expect(isAlive(pid)).toBe(false);
  });
});

describe('SpawnedProgram.kill', () => {
  it('signals the process itself, and says whether it was there', async () => {
    await using network = createNetwork();
    const program = await network
      .host('box')
      .spawn('sh', ['-c', 'trap "echo hup" HUP; echo ready; while :; do sleep 0.01; done']);
    const lines = program.lines();
    await lines.next();
    expect(program.kill('SIGHUP')).toBe(true);
    expect((await lines.next()).value?.text).toBe('hup');
    expect(program.kill('SIGKILL')).toBe(true);
    await program.exited;
    expect(program.kill()).toBe(false);
  });
});
