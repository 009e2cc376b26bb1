import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { addProcess, addSocket, FLAG, writeAt } from '../../test/state-file.js';
import { NetworkError } from '../network-error.js';
import { createSharedState, readProcesses, readSocketRecords } from './shared-state.js';

let path: string;
beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'sw-state-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  path = join(directory, '.state');
});

describe('createSharedState', () => {
  it('makes a sparse file of the full size that only its owner can read', () => {
    createSharedState(path);
    const { size, blocks, mode } = statSync(path);
    expect(size).toBe(72_421_376);
    expect(blocks * 512).toBeLessThanOrEqual(8192);
    expect(mode & 0o777).toBe(0o600);
  });

  it('leaves a file that is there alone', () => {
    writeFileSync(path, 'mine');
    expect(() => createSharedState(path)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  });
});

describe('readSocketRecords', () => {
  it('finds nothing in a new state', () => {
    createSharedState(path);
    expect(readSocketRecords(path)).toEqual([]);
  });

  it.each([0, 4, 4096])('finds nothing in a state of %i zeros, which someone is just making', (size) => {
    writeFileSync(path, new Uint8Array(size));
    expect(readSocketRecords(path)).toEqual([]);
    expect(readProcesses(path)).toEqual([]);
  });

  it('reads every field of a record', () => {
    createSharedState(path);
    addSocket(path, {
      cookie: 0x1_0000_0001n,
      inode: 0x2_0000_0002n,
      pid: 4242,
      spawn: 7,
      flags: FLAG.bound | FLAG.connected,
      family: 10,
      type: 2,
      interfaceId: 254,
      local: { bytes: [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x53, 0x57, 0x5f, 0xfe], port: 5353 },
      peer: { bytes: [10, 53, 57, 11], port: 65535 },
      received: 0x3_0000_0003n,
    });
    expect(readSocketRecords(path)).toEqual([
      {
        cookie: 0x1_0000_0001n,
        inode: 0x2_0000_0002n,
        pid: 4242,
        spawn: 7,
        flags: 9,
        family: 'ipv6',
        transport: 'udp',
        interfaceId: 254,
        local: { address: 'fd00::5357:5ffe', port: 5353 },
        peer: { address: '10.53.57.11', port: 65535 },
        received: 0x3_0000_0003n,
      },
    ]);
  });

  it('finds records in every page, first and last', () => {
    createSharedState(path);
    const slots = [0, 15, 16, 127, 128, 262_143];
    for (const slot of slots) addSocket(path, { slot, pid: slot + 1 });
    expect(readSocketRecords(path).map(({ pid }) => pid - 1)).toEqual(slots);
  });

  it.each([
    ['free', { cookie: 0n }],
    ['deleted', { cookie: 1n }],
    ['without a family yet', { family: 0 }],
    ['without a type yet', { type: 0 }],
    ['without an interface yet', { interfaceId: 0 }],
  ])('leaves out a record that is %s', (_what, fields) => {
    createSharedState(path);
    addSocket(path, { slot: 3, ...fields });
    addSocket(path, { slot: 5, pid: 1 });
    expect(readSocketRecords(path)).toEqual([expect.objectContaining({ pid: 1 })]);
  });

  it.each([
    [{ family: 3 }, 'byte 70684 holds address family 3, 2 or 10 is needed'],
    [{ type: 3 }, 'byte 70685 holds socket type 3, 1 or 2 is needed'],
    [{ interfaceId: 255 }, 'byte 70686 holds interface ID 255, 1 to 254 is needed'],
    [{ local: { bytes: [], port: 0, family: 99 } }, 'byte 70706 holds address family 99, 2 or 10 is needed'],
    [{ peer: { bytes: [], port: 0, family: 1 } }, 'byte 70730 holds address family 1, 2 or 10 is needed'],
  ])('says where a record is corrupt: %o', (fields, fault) => {
    createSharedState(path);
    addSocket(path, { slot: 4, ...fields });
    const message = `Cannot read the sockets of .state: ${fault}`;
    expect(() => readSocketRecords(path)).toThrow(
      expect.objectContaining({ name: 'NetworkError', code: 'STATE_CORRUPT', message }),
    );
  });

  it('says what a file is that is no state', () => {
    writeFileSync(path, 'something else');
    const message = `Cannot read ${path}: it begins with "somethin", not "SWRAPST1"`;
    expect(() => readSocketRecords(path)).toThrow(expect.objectContaining({ code: 'STATE_BAD_MAGIC', message }));
  });

  it.each([
    [8, 4096, 0],
    [4095, 4096, 0],
    [4096, 4096, 69_632],
    [69_632 + 4095, 4096, 69_632],
  ])('says what is missing of a state of %i bytes', (size, length, offset) => {
    createSharedState(path);
    addSocket(path, {});
    truncateSync(path, size);
    const message = `Cannot read ${length} bytes at byte ${offset} of ${path}: it is ${size} bytes long, 72421376 are needed`;
    expect(() => readSocketRecords(path)).toThrow(expect.objectContaining({ code: 'STATE_TRUNCATED', message }));
  });

  it('says that there is no file, and why it cannot read it', () => {
    const error = { code: 'STATE_UNREADABLE', message: expect.stringContaining(`Cannot read ${path}: ENOENT`) };
    expect(() => readSocketRecords(path)).toThrow(expect.objectContaining(error));
  });

  it('never fails but with a NetworkError, whatever the header and a page of records hold', () => {
    createSharedState(path);
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 4096, maxLength: 4096 }),
        fc.uint8Array({ maxLength: 4 }),
        (page, used) => {
          writeAt(path, 69_632, page);
          writeAt(path, 2048, Uint8Array.of(1, ...used));
          try {
            readSocketRecords(path);
          } catch (error) {
            expect(error).toBeInstanceOf(NetworkError);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('readProcesses', () => {
  it('lists the entries that are not free, the last one of the table too', () => {
    createSharedState(path);
    addProcess(path, 0, 100, 1);
    addProcess(path, 1, 0, 9);
    addProcess(path, 4095, 200, 0);
    expect(readProcesses(path)).toEqual([
      { pid: 100, spawn: 1 },
      { pid: 200, spawn: 0 },
    ]);
  });

  it('says what is missing of a table', () => {
    createSharedState(path);
    truncateSync(path, 5000);
    const message = `Cannot read 65536 bytes at byte 4096 of ${path}: it is 5000 bytes long, 72421376 are needed`;
    expect(() => readProcesses(path)).toThrow(expect.objectContaining({ code: 'STATE_TRUNCATED', message }));
  });
});
