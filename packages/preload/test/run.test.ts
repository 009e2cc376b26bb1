import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createNetwork, type RunOptions } from '../src/index.js';
import { libraryPath } from '../src/native-files/locate-library.js';
import { allEnded, compile, makeFolder } from './support/programs.js';

/** Runs a line of shell on a host of a network of its own. */
async function runShell(line: string, options: RunOptions = {}) {
  await using network = createNetwork();
  return await network.host('box').run('sh', ['-c', line], options);
}

describe('host.run', () => {
  it('gives what the program wrote, without the last line feed', async () => {
    expect(await runShell('printf "a\\nb\\n\\n"; printf "oops\\n" >&2')).toEqual({
      stdout: 'a\nb\n',
      stderr: 'oops',
      exitCode: 0,
      signal: undefined,
      command: `sh -c 'printf "a\\nb\\n\\n"; printf "oops\\n" >&2'`,
      host: 'box',
    });
  });

  it('refuses an option that it does not have', async () => {
    await expect(runShell('true', { timeout: 5 } as object)).rejects.toThrow(
      new TypeError(
        'run() has no option "timeout": its options are timeoutMs, reject, cwd, env, extendEnv, input, signal, maxOutputLength',
      ),
    );
  });

  it('says first what a program gives as the cause', async () => {
    const line = 'printf "Traceback:\\n  frame\\nOSError: [Errno 98] taken\\n" >&2; exit 1';
    await expect(runShell(line)).rejects.toThrow(
      'failed with exit code 1: OSError: [Errno 98] taken. Its last words:\n  Traceback:\n',
    );
  });

  it('gives all of a long output', async () => {
    const { stdout } = await runShell('seq 1 200000');
    expect(stdout.split('\n')).toHaveLength(200_000);
    expect(stdout.endsWith('\n199999\n200000')).toBe(true);
  });

  it('rejects an exit code other than 0, with the command, the host and the last words', async () => {
    await expect(runShell('echo out; echo words >&2; exit 3')).rejects.toMatchObject({
      name: 'RunError',
      code: 'EXITED',
      message: "sh -c 'echo out; echo words >&2; exit 3' on host box failed with exit code 3. Its last words:\n  words",
      result: { exitCode: 3, stdout: 'out', stderr: 'words' },
    });
  });

  it('shows the output when a failed program had no last words', async () => {
    await expect(runShell('echo out; exit 1')).rejects.toThrow('failed with exit code 1. Its last output:\n  out');
  });

  it('rejects an end by a signal', async () => {
    await expect(runShell('kill -KILL $$')).rejects.toMatchObject({
      code: 'KILLED',
      message: "sh -c 'kill -KILL $$' on host box was ended by SIGKILL",
      result: { exitCode: undefined, signal: 'SIGKILL' },
    });
  });

  it('gives a failure as a result when reject is false', async () => {
    expect(await runShell('exit 3', { reject: false })).toMatchObject({ exitCode: 3, signal: undefined });
  });

  it('feeds the input and then ends it', async () => {
    expect((await runShell('cat', { input: 'hello' })).stdout).toBe('hello');
    expect((await runShell('cat', { input: Buffer.from('bytes') })).stdout).toBe('bytes');
  });

  it('lets a program open its input by name, as it can open a pipe', async () => {
    expect((await runShell('cat /dev/stdin', { input: 'x'.repeat(1_000_000) })).stdout).toHaveLength(1_000_000);
  });

  it('gives a program nothing to read when there is no input', async () => {
    expect((await runShell('cat; echo done')).stdout).toBe('done');
  });

  it('does not mind a program that leaves its input unread', async () => {
    expect((await runShell('exec true', { input: 'x'.repeat(1_000_000) })).exitCode).toBe(0);
  });

  it('runs where cwd says', async () => {
    await using folder = await makeFolder();
    expect((await runShell('pwd -P', { cwd: folder.path })).stdout).toBe(folder.path);
    expect((await runShell('pwd -P', { cwd: pathToFileURL(folder.path) })).stdout).toBe(folder.path);
  });

  it('says so when there is no such directory to run in', async () => {
    await expect(runShell('true', { cwd: '/no/such/folder' })).rejects.toMatchObject({
      name: 'SpawnError',
      code: 'START_FAILED',
      message: 'Cannot start sh -c true on host box: the directory to start it in, /no/such/folder, does not exist',
    });
  });

  it('adds variables to the environment of this process, and takes away what is undefined', async () => {
    process.env.PRELOAD_TEST_A = 'from outside';
    process.env.PRELOAD_TEST_B = 'from outside';
    try {
      const line = 'echo "$PRELOAD_TEST_A|$PRELOAD_TEST_B|$PRELOAD_TEST_C"';
      const { stdout } = await runShell(line, { env: { PRELOAD_TEST_B: undefined, PRELOAD_TEST_C: 'given' } });
      expect(stdout).toBe('from outside||given');
      const bare = await runShell(line, { extendEnv: false, env: { PATH: process.env.PATH } });
      expect(bare.stdout).toBe('||');
    } finally {
      delete process.env.PRELOAD_TEST_A;
      delete process.env.PRELOAD_TEST_B;
    }
  });

  it('lets nobody take a program off its network by the environment', async () => {
    await using network = createNetwork();
    const env = { LD_PRELOAD: '', SOCKET_WRAPPER_DIR: '/elsewhere', SOCKET_WRAPPER_DEFAULT_IFACE: '99' };
    const line = 'echo "$SOCKET_WRAPPER_DIR $SOCKET_WRAPPER_DEFAULT_IFACE $LD_PRELOAD"';
    const { stdout } = await network.host('box').run('sh', ['-c', line], { env });
    expect(stdout).toBe(`${network.directory} 11 ${libraryPath()}`);
  });

  it('numbers the programs of a network', async () => {
    await using network = createNetwork();
    const numberOf = async () => (await network.host('box').run('sh', ['-c', 'echo $SOCKET_WRAPPER_SPAWN'])).stdout;
    expect([await numberOf(), await numberOf()]).toEqual(['1', '2']);
  });

  it('ends a program that takes too long, with its children', async () => {
    const failure = runShell('echo $$; sleep 1000 & echo $!; wait', { timeoutMs: 100 });
    const error = await failure.catch((error) => error);
    expect(error).toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringContaining('on host box had not ended after 100 ms. Its last output:'),
    });
    await allEnded(error.result.stdout.split('\n').map(Number), 0);
  });

  it('ends a program when its signal aborts, with the reason as the cause', async () => {
    const controller = new AbortController();
    await using network = createNetwork();
    const failure = network.host('box').run('sleep', ['1000'], { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(failure).rejects.toMatchObject({
      code: 'ABORTED',
      message: 'sleep 1000 on host box was aborted',
      cause: new Error('enough'),
    });
  });

  it('does not wait for what a daemon may write one day', async () => {
    await using network = createNetwork();
    const { stdout } = await network.host('box').run('sh', ['-c', 'echo started; sleep 1000 & echo $!']);
    const [said, pid] = stdout.split('\n');
    expect(said).toBe('started');
    await network.dispose();
    await allEnded([Number(pid)], 0);
  });

  it('does not wait for a daemon that never stops writing', async () => {
    await using network = createNetwork();
    const line = 'while :; do echo noise; sleep 0.01; done & exit 0';
    expect(await network.host('box').run('sh', ['-c', line])).toMatchObject({ exitCode: 0 });
  });

  it('has all the output even when the test blocks while it comes in', async () => {
    await using network = createNetwork();
    const result = network.host('box').run('sh', ['-c', 'seq 1 10000']);
    execFileSync('sleep', ['0.3']);
    expect((await result).stdout.endsWith('\n10000')).toBe(true);
  });

  it('rejects output that is longer than what is kept, rather than cut it', async () => {
    await expect(runShell('seq 1 1000', { maxOutputLength: 100 })).rejects.toMatchObject({
      code: 'OUTPUT_TOO_LONG',
      message: expect.stringContaining('wrote more than the 100 characters that are kept'),
      result: { stdout: expect.stringMatching(/999\n1000$/) },
    });
  });

  it('refuses a static program instead of letting it use the real network', async () => {
    await using folder = await makeFolder();
    const file = await compile('nothing', join(folder.path, 'fixed'), { flags: ['-static'] });
    await using network = createNetwork();
    await expect(network.host('box').run(file)).rejects.toMatchObject({ name: 'PreloadError', code: 'PROGRAM_STATIC' });
  });

  it('refuses to run on a network that has been disposed of', async () => {
    const network = createNetwork();
    const host = network.host('box');
    await host.run('true');
    await network.dispose();
    await expect(host.run('true')).rejects.toMatchObject({ name: 'NetworkError', code: 'DISPOSED' });
  });
});
