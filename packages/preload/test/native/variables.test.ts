/** A bad value of a variable: one line that says what is wrong with it, and sockets that cannot be made. Never a guess, never an abort. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, it } from 'vitest';
import { requireProgram } from '../support/programs.js';
import { TALK } from './support/compile.js';
import { LIBRARY } from './support/paths.js';
import { withDirectory } from './support/run.js';

/** What a client of a port that nobody serves says; process IDs are left out. */
async function askNobody(variables: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return withDirectory(async (directory) => {
    await mkdir(join(directory, 'inner'));
    await writeFile(join(directory, 'file'), '');
    await mkdir(join(directory, 'foreign'));
    await writeFile(join(directory, 'foreign', '.state'), 'not a table of sockets');
    const given = Object.entries(variables).map(([name, value]) => [
      `SOCKET_WRAPPER_${name}`,
      value.replace('DIRECTORY', directory),
    ]);
    const { stderr } = await execa(TALK, ['ask', 'tcp', '::1', '7', 'Hello!'], {
      env: { LD_PRELOAD: LIBRARY, SOCKET_WRAPPER_DIR: directory, ...Object.fromEntries(given) },
      reject: false,
    });
    return stderr
      .replaceAll(directory, 'DIRECTORY')
      .replaceAll(/\[talk \(\d+\)\]/g, '[talk]')
      .split('\n');
  });
}

beforeEach((context) => requireProgram('cc', context));

const number = (from: number, to: number) => `it must be a number from ${from} to ${to}`;

describe.each([
  { name: 'DEFAULT_IFACE', values: ['0', '255', '-1', '1x', 'x', '99999999999999999999'], wanted: number(1, 254) },
  { name: 'IPV4_NETWORK', values: ['10.53.57.1', '10.0.0.0', 'x'], wanted: 'it must be 127.0.0.0 or 10.53.57.0' },
  { name: 'MTU', values: ['511', '32769', '-1500', '0x600', '1500 '], wanted: number(512, 32768) },
  { name: 'MAX_SOCKETS', values: ['0', '262141', '-1', 'many'], wanted: number(1, 262140) },
  { name: 'CAPTURE_BYTES', values: ['65535', '1073741825', '64M'], wanted: number(65536, 2 ** 30) },
  { name: 'CAPTURE_PACKET_LIMIT', values: ['0', '65536', 'none'], wanted: number(1, 65535) },
  { name: 'SPAWN', values: ['0', '4294967296', 'x'], wanted: number(1, 2 ** 32 - 1) },
  {
    name: 'DEBUGLEVEL',
    values: ['loud', '-1', '1.5'],
    wanted: 'it must be a number from 0 to 3, or error, warn, debug or trace',
  },
])('SOCKET_WRAPPER_$name', ({ name, values, wanted }) => {
  it.each(values)('must not be %j', async (value) => {
    expect(await askNobody({ [name]: value })).toEqual([
      `SWRAP_ERROR[talk] - SOCKET_WRAPPER_${name} is '${value}', ${wanted}`,
      'socket: Invalid argument',
    ]);
  });
});

describe('SOCKET_WRAPPER_DIR', () => {
  it.each([
    { value: 'DIRECTORY/missing', errno: 'No such file or directory' },
    { value: 'DIRECTORY/file', errno: 'Not a directory' },
  ])('must not be $value', async ({ value, errno }) => {
    expect(await askNobody({ DIR: value })).toEqual([
      `SWRAP_ERROR[talk] - SOCKET_WRAPPER_DIR is '${value}', it must be an existing directory: ${errno}`,
      `socket: ${errno}`,
    ]);
  });

  it('must not be longer than a path may be', async () => {
    expect(await askNobody({ DIR: `/${'long/'.repeat(1000)}` })).toEqual([
      'SWRAP_ERROR[talk] - SOCKET_WRAPPER_DIR is a path of 5001 bytes, it must have 4095 at most',
      'socket: File name too long',
    ]);
  });

  it('must not be the directory of something else', async () => {
    expect(await askNobody({ DIR: 'DIRECTORY/foreign' })).toEqual([
      "SWRAP_ERROR[talk] - 'DIRECTORY/foreign/.state' is not a table of sockets that this version can read; remove it or use another directory",
      'socket: Invalid argument',
    ]);
  });
});

describe('good values', () => {
  it.each([
    { DEFAULT_IFACE: '254' },
    { IPV4_NETWORK: '10.53.57.0' },
    { MTU: '512' },
    { MTU: '32768' },
    { MAX_SOCKETS: '1' },
    { MAX_SOCKETS: '262140' },
    { CAPTURE_BYTES: '65536' },
    { CAPTURE_PACKET_LIMIT: '65535' },
    { SPAWN: '4294967295' },
    { DEBUGLEVEL: '0' },
    { DEBUGLEVEL: 'Error' },
    { DISABLE_DEEPBIND: 'anything' },
    { DIR_ALLOW_ORIG: 'anything' },
    { DIR: 'DIRECTORY/inner/../inner/' },
    { MTU: '', MAX_SOCKETS: '', DEFAULT_IFACE: '', IPV4_NETWORK: '', DEBUGLEVEL: '', SPAWN: '', CAPTURE_BYTES: '' },
  ])('%j lets the client ask', async (variables) => {
    expect(await askNobody(variables)).toEqual(['connect: Connection refused']);
  });

  it.each(['2', '3', '10', 'debug', 'TRACE'])('DEBUGLEVEL %j says more than errors', async (level) => {
    const lines = await askNobody({ DEBUGLEVEL: level });
    expect(lines).toContain('SWRAP_DEBUG[talk] - network directory DIRECTORY');
    expect(lines.at(-1)).toBe('connect: Connection refused');
  });
});
