/** Turns the tables that both languages are tested with into C, so that no test of C has cases of its own. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VECTORS } from './paths.js';

/** A row of `socket-names.json`. */
interface SocketName {
  readonly name: string;
  readonly transport: 'tcp' | 'udp';
  readonly family: 'ipv4' | 'ipv6';
  readonly interfaceId: number;
  readonly port: number;
  readonly loopback: boolean;
  readonly loopbackAddress?: string;
  readonly share?: number;
}

/** Writes `socket_name_vectors.h` into `folder` when its text has changed. */
export async function writeSocketNameVectors(folder: string): Promise<void> {
  const names = (await readTable('socket-names.json')) as SocketName[];
  const foreign = (await readTable('foreign-names.json')) as string[];
  const text = `/* Made from test/vectors/socket-names.json and foreign-names.json. */
#include <sys/socket.h>

#include "sockets/name.h"

enum { SOCKET_NAMES = ${names.length}, FOREIGN_NAMES = ${foreign.length} };

static const struct {
    const char *text;
    struct sw_name name;
} socket_names[SOCKET_NAMES] = {
${names.map(socketNameRow).join('\n')}
};

static const char *const foreign_names[FOREIGN_NAMES] = {
${foreign.map((name) => `    ${quoted(name)},`).join('\n')}
};
`;
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'socket_name_vectors.h');
  const present = await readFile(path, 'utf8').catch(() => undefined);
  if (present === text) return;

  await writeFile(`${path}.${process.pid}`, text);
  await rename(`${path}.${process.pid}`, path);
}

function socketNameRow(row: SocketName): string {
  const fields = [
    `.udp = ${row.transport === 'udp'}`,
    `.wire_family = ${row.family === 'ipv4' ? 4 : 6}`,
    `.interface = ${row.interfaceId}`,
    `.port = ${row.port}`,
    `.loopback = ${row.loopback}`,
    `.share = ${row.share ?? 0}`,
    `.loopback_address = ${row.loopbackAddress === undefined ? 0 : number(row.loopbackAddress)}`,
  ];
  return `    {${quoted(row.name)}, {${fields.join(', ')}}},`;
}

/** 127.0.1.2 as C writes the number. */
function number(address: string): string {
  return `0x${address
    .split('.')
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join('')}`;
}

/** A C string literal; every byte but letters and digits is spelled in octal, which cannot run into the next. */
function quoted(text: string): string {
  const bytes = [...Buffer.from(text)];
  const letters = bytes.map((byte) => {
    const letter = String.fromCharCode(byte);
    return /[\w.+ -]/.test(letter) ? letter : `\\${byte.toString(8).padStart(3, '0')}`;
  });
  return `"${letters.join('')}"`;
}

async function readTable(file: string): Promise<unknown> {
  return JSON.parse(await readFile(join(VECTORS, file), 'utf8'));
}
