/**
 * Tells the time line of a network what its programs do: that they started, what they write, how they end.
 */
import { basename } from 'node:path';
import type { ProgramHost } from '../networks/program-host.js';
import { commandText } from './command-text.js';
import type { Command } from './plan.js';
import type { Exit, ProgramProcess } from './program-process.js';

/** Has all that `process` does from now on told. */
export function tellStory(host: ProgramHost, { file, args }: Command, spawn: number, process: ProgramProcess): void {
  const { network } = host;
  const { pid } = process;
  const name = basename(file);
  const source = `${host.name} ${name}`;
  const command = commandText(file, args);
  const ended = network.programStarted({
    host: host.name,
    interfaceId: host.interfaceId,
    pid,
    spawn,
    name,
    command,
  });
  process.transcript.onLine = ({ stream, text }) => {
    network.note({ source, text, level: stream === 'stderr' ? 'error' : 'info', pid });
  };
  void process.ended.then((exit) => ended(endOf(exit)));
  void process.exited.then((exit) => {
    const isExpected = exit.exitCode === 0 || process.isStopped || network.disposed;
    if (!isExpected) network.note({ source, text: endOf(exit), level: 'error', pid });
  });
}

function endOf({ exitCode, signal }: Exit): string {
  return signal === undefined ? `exited with code ${exitCode}` : `was ended by ${signal}`;
}
