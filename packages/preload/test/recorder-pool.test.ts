/** The flight recorder of a network that has ended, which the next network of the same process gets. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openScope, type ProgramNetwork } from '../src/index.js';
import { allEnded, makeFolder } from './support/programs.js';

/** Sends `text` from one socket of this process to another, on the network of the test that runs. */
async function talk(text: string): Promise<void> {
  const server = createServer((socket) => socket.resume().on('end', () => server.close())).listen(7);
  await once(server, 'listening');
  const client = connect(7, 'localhost').end(text);
  await Promise.all([once(server, 'close'), once(client, 'close')]);
}

/** What was sent on the TCP connections of a network. */
function sentOn({ capture }: ProgramNetwork): string {
  return capture
    .packets()
    .map(({ data }) => {
      const tcp = (data[0] ?? 0) >> 4 === 4 ? 20 : 40;
      return Buffer.from(data.subarray(tcp + ((data[tcp + 12] ?? 0) >> 4) * 4)).toString();
    })
    .join('');
}

const recorderOf = (network: ProgramNetwork) => statSync(network.captureFile ?? '');

/** A test. */
function testOf(outputDir?: string, options: Partial<Parameters<typeof openScope>[1]> = {}) {
  const identity = { file: import.meta.filename, fullName: 'a test', attempt: 0 };
  return openScope(identity, { ...(outputDir === undefined ? {} : { outputDir }), ...options });
}

/** A test that sends `text` by itself: which recorder has what. */
async function recorded(text: string, options: Partial<Parameters<typeof openScope>[1]> = {}) {
  const scope = testOf(undefined, options);
  const found = await scope.run(async () => {
    await talk(text);
    return { file: recorderOf(scope.network).ino, sent: sentOn(scope.network), text: scope.network.capture.text() };
  });
  await scope.end('passed');
  return found;
}

describe('the recorder of a network that has ended', () => {
  it('serves the next one, which reads nothing of the one before', async () => {
    const first = await recorded('first');
    const second = await recorded('second');
    const third = await recorded('third');
    expect([second.file, third.file]).toEqual([first.file, first.file]);
    expect([first.sent, second.sent, third.sent]).toEqual(['first', 'second', 'third']);
    expect(third.text).not.toContain('Incomplete');
  });

  it('serves the programs of the next one, which make none of their own', async () => {
    const { file } = await recorded('first');
    const scope = testOf();
    const { network } = scope;
    await network
      .host('box')
      .run('node', ['-e', "require('node:dgram').createSocket('udp4').send('second', 7, () => process.exit())"]);
    expect([recorderOf(network).ino, sentOn(network).includes('first')]).toEqual([file, false]);
    await scope.end('passed');
    expect(await recorded('third')).toMatchObject({ file, sent: 'third' });
  });

  it('does not serve a program that asks for another size, but the test behind it', async () => {
    const { file } = await recorded('first');
    const scope = testOf();
    const env = { SOCKET_WRAPPER_CAPTURE_BYTES: '65536' };
    await scope.network
      .host('box')
      .run('node', ['-e', "require('node:net').connect(7).on('error', () => {})"], { env });
    expect(recorderOf(scope.network).size).toBe(4096 + 65536);
    await scope.end('passed');
    expect((await recorded('third')).file).toBe(file);
  });

  it('does not serve a network that has limits of its own or is elsewhere, nor comes from one', async () => {
    await using folder = await makeFolder();
    const { file } = await recorded('first');
    for (const options of [{ recorder: { packetBytes: 3 } }, { parent: folder.path }]) {
      expect((await recorded('second', options)).file).not.toBe(file);
    }
    expect((await recorded('third')).file).toBe(file);
  });

  it('stays with whoever has it open still', async () => {
    const scope = testOf();
    const open = await scope.run(async () => {
      await talk('first');
      return openSync(scope.network.captureFile ?? '', 'r+');
    });
    const { ino } = recorderOf(scope.network);
    await scope.end('passed');
    expect((await recorded('second')).file).not.toBe(ino);
    closeSync(open);
    expect(await recorded('third')).toMatchObject({ file: ino, sent: 'third' });
  });

  it('is left to its own test until that has kept its capture', async () => {
    await using folder = await makeFolder();
    const failed = testOf(folder.path);
    await failed.run(() => talk('the words of the failed test'));
    const kept = failed.end('failed');
    const next = await recorded('the words of the next test');
    expect(next.sent).toBe('the words of the next test');
    const capture = readFileSync((await kept)?.path ?? '', 'latin1');
    expect([capture.includes('of the failed test'), capture.includes('of the next test')]).toEqual([true, false]);
  });
});

describe('a recorder that waits for a network', () => {
  const OWNER = fileURLToPath(new URL('programs/recorder-owner.mjs', import.meta.url));

  it.each(['SIGKILL', 'SIGTERM', 'SIGUSR2'] as const)('is gone with its process, when that gets %s', async (signal) => {
    const owner = spawn(process.execPath, [OWNER], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(owner.stdout), 'line')) as [string];
    const { directory, janitor } = JSON.parse(line) as { directory: string; janitor: number };
    expect(existsSync(directory)).toBe(true);
    const exited = once(owner, 'exit');
    owner.kill(signal);
    await exited;
    await allEnded([janitor]);
    expect(existsSync(directory)).toBe(false);
  });
});
