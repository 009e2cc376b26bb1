import { on } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { makeDirectory, removeDirectory } from './network-directory.js';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'sw-parent-'));
  onTestFinished(() => rmSync(parent, { recursive: true }));
});

/** Starts a thread that makes files in `directory` until it fails; gives its messages, the first when it has begun. */
function startFilling(directory: string) {
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { writeFileSync } = require('node:fs');
    for (let count = 0; ; count++) {
      try {
        writeFileSync(workerData + '/' + count, '');
      } catch (error) {
        parentPort.postMessage(error.code);
        break;
      }
      if (count === 10) parentPort.postMessage('running');
    }
  `;
  const worker = new Worker(source, { eval: true, workerData: directory });
  onTestFinished(() => worker.terminate().then(() => undefined));
  const messages = on(worker, 'message');
  return async () => (await messages.next()).value[0] as string;
}

describe('makeDirectory', () => {
  it('makes a directory that only its owner can use, and has it filled', () => {
    const directory = makeDirectory(parent, (path) => writeFileSync(join(path, 'file'), ''));
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readdirSync(directory)).toEqual(['file']);
  });

  it('leaves no directory behind that could not be filled', () => {
    const cause = new Error('disk full');
    const fill = () => {
      throw cause;
    };
    expect(() => makeDirectory(parent, fill)).toThrow(
      expect.objectContaining({
        name: 'NetworkError',
        code: 'DIRECTORY_FAILED',
        message: `Cannot make a network directory in ${parent}: disk full; the option "parent" names another place`,
        cause,
      }),
    );
    expect(readdirSync(parent)).toEqual([]);
  });
});

describe('removeDirectory', () => {
  it('removes a directory that is not empty, and does not mind one that is gone', () => {
    const directory = join(parent, 'sw-1');
    mkdirSync(join(directory, 'a/b'), { recursive: true });
    removeDirectory(directory);
    removeDirectory(directory);
    expect(readdirSync(parent)).toEqual([]);
  });

  it('removes a directory while files still appear in it', async () => {
    const directory = join(parent, 'sw-1');
    mkdirSync(directory);
    const nextMessage = startFilling(directory);
    expect(await nextMessage()).toBe('running');
    removeDirectory(directory);
    expect(await nextMessage()).toBe('ENOENT');
    expect(readdirSync(parent)).toEqual([]);
  });

  it('comes to an end also when somebody who holds the directory open goes on making files', async () => {
    const directory = join(parent, 'sw-1');
    mkdirSync(directory);
    const file = openSync(directory, 'r');
    onTestFinished(() => closeSync(file));
    const nextMessage = startFilling(`/proc/self/fd/${file}`);
    expect(await nextMessage()).toBe('running');
    try {
      removeDirectory(directory);
      expect(await nextMessage()).toBe('ENOENT');
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOTEMPTY' });
    }
    expect(existsSync(directory)).toBe(false);
  });

  it('says why it cannot', () => {
    writeFileSync(join(parent, 'file'), '');
    expect(() => removeDirectory(join(parent, 'file/sw-1'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  });
});
