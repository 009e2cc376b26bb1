/**
 * Waits for a program to listen, woken by the network's doorbell and by the program's end.
 */

import { basename } from 'node:path';
import { pid } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { type SocketInfo, shown, type Transport } from '@socket-wrapper/core';
import { janitor } from '../networks/janitor.js';
import { causeIn, lastLines } from './command-text.js';
import type { SpawnedProgram } from './program.js';
import type { Exit, ProgramProcess } from './program-process.js';
import { SpawnError, type SpawnErrorCode } from './spawn-error.js';

/** A port to wait for; a number alone means TCP. */
export type ListeningPort = number | { readonly port: number; readonly transport?: Transport };

/** The ports that a program is waited for: all of them have to be listened on. */
export type Listening = ListeningPort | readonly ListeningPort[];

/** A port with its transport spelled out. */
export interface Target {
  readonly port: number;
  readonly transport: Transport;
}

const HIGHEST_PORT = 65535;

/**
 * The ports that `listening` names.
 *
 * @throws {RangeError} For what is no port, or no transport.
 */
export function targetsOf(listening: Listening): Target[] {
  const ports = Array.isArray(listening) ? (listening as readonly ListeningPort[]) : [listening as ListeningPort];
  if (ports.length === 0) throw new RangeError('Cannot wait for no port: name one, or leave listening out');
  return ports.map((entry) => {
    const { port, transport = 'tcp' } = typeof entry === 'object' && entry !== null ? entry : { port: entry };
    if (!Number.isInteger(port) || port < 1 || port > HIGHEST_PORT) {
      throw new RangeError(`Cannot wait for port ${shown(port)}: 1 to ${HIGHEST_PORT} is needed`);
    }
    if (transport === 'tcp' || transport === 'udp') return { port, transport };
    throw new RangeError(`Cannot wait for port ${port} over ${shown(transport)}: tcp or udp is needed`);
  });
}

/**
 * Resolves once `program`, or a descendant of it, listens on all `targets`: has called listen(2), or bind(2) for UDP.
 *
 * @throws {SpawnError} `EXITED_EARLY` as soon as no process of the program is left, `LISTENS_ELSEWHERE` and
 * `LISTEN_TIMEOUT` after `timeoutMs`, `ABORTED` by `signal`.
 */
export async function waitUntilListening(
  program: SpawnedProgram,
  process: ProgramProcess,
  { targets, timeoutMs, signal }: { targets: readonly Target[]; timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<void> {
  const { network } = program.host;
  const isListening = () => missing(program, targets).length === 0;
  const waitIsOver = network.waitingFor((sockets) => {
    const own = sockets.filter(({ spawn }) => spawn === program.spawn);
    const places = placesOf(own);
    const instead = places === '' ? 'does not listen yet' : `listens on ${places}`;
    return `${list(without(own, targets))} of ${program.host.name} ${basename(program.file)}, which ${instead}`;
  });
  const over = new AbortController();
  let stopWatching = () => {};
  // Watch first, read second: nothing is missed.
  const listens = new Promise<'listens'>((resolve, reject) => {
    const look = () => {
      try {
        if (isListening()) resolve('listens');
      } catch (error) {
        reject(error as Error);
      }
    };
    stopWatching = network.watch(look);
    look();
  });
  const timeout = delay(timeoutMs, 'timeout' as const, { signal: over.signal }).catch(() => 'over' as const);
  const aborted = new Promise<'aborted'>((resolve) => {
    const abort = () => resolve('aborted');
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true, signal: over.signal });
  });
  try {
    const first = await Promise.race([listens, lastOf(program, process), timeout, aborted]);
    // The end may be known before the doorbell is heard; a daemon's listening counts all the same.
    if (first === 'listens' || isListening()) return;
    if (first === 'aborted') throw abortedBefore(program, targets, signal?.reason);
    if (typeof first === 'object') {
      throw failure(
        program,
        'EXITED_EARLY',
        `${endingOf(first)} before it listened on ${list(missing(program, targets))}${holders(program, targets)}`,
      );
    }
    throw notListening(program, targets, timeoutMs);
  } finally {
    over.abort();
    stopWatching();
    waitIsOver();
  }
}

/** The program's exit, once nothing of it is left. A process that ends well may have left a daemon to do the work. */
async function lastOf({ host, spawn }: SpawnedProgram, process: ProgramProcess): Promise<Exit> {
  const exit = await process.exited;
  if (exit.exitCode === 0) await janitor().gone(host.network.directory, spawn);
  return exit;
}

function notListening(program: SpawnedProgram, targets: readonly Target[], timeoutMs: number): SpawnError {
  const { network } = program.host;
  const stated = `does not listen on ${list(missing(program, targets))} after ${timeoutMs} ms`;
  const places = placesOf(socketsOf(program));
  if (places !== '') return failure(program, 'LISTENS_ELSEWHERE', `${stated}, but on ${places}`);
  const isOnNetwork = network.disposed || network.processes().some(({ spawn }) => spawn === program.spawn);
  const reason = isOnNetwork
    ? ', and on no other port'
    : '; the library was loaded into none of its processes, as happens to static ones and to those with file capabilities';
  return failure(program, 'LISTEN_TIMEOUT', stated + reason);
}

/** A test that gives up before `timeoutMs` is told as much of what its program does instead. */
function abortedBefore(program: SpawnedProgram, targets: readonly Target[], reason: unknown): SpawnError {
  const places = placesOf(socketsOf(program));
  const instead = places === '' ? '' : `, but on ${places}`;
  return failure(program, 'ABORTED', `was not listening on ${list(missing(program, targets))} yet${instead}`, reason);
}

function failure(program: SpawnedProgram, code: SpawnErrorCode, what: string, cause?: unknown): SpawnError {
  const { command, host } = program;
  const output = program.output();
  const story = `${causeIn(output)}${lastLines(output, '. Its last output:')}`;
  return new SpawnError(code, `${command} on host ${host.name} ${what}${story}`, {
    command,
    host: host.name,
    ...(cause === undefined ? {} : { cause }),
  });
}

function missing(program: SpawnedProgram, targets: readonly Target[]): Target[] {
  return without(socketsOf(program), targets);
}

/** Those of `targets` that none of `sockets` is open on. */
function without(sockets: readonly SocketInfo[], targets: readonly Target[]): Target[] {
  const open = sockets.filter(isOpenToOthers);
  return targets.filter(
    ({ port, transport }) => !open.some((socket) => socket.transport === transport && socket.local.port === port),
  );
}

/** Where `sockets` can be sent to: `TCP 8080 (0.0.0.0), UDP 53 (::)`. */
function placesOf(sockets: readonly SocketInfo[]): string {
  return sockets
    .filter(isOpenToOthers)
    .map(({ transport, local }) => `${transport.toUpperCase()} ${local.port} (${local.address})`)
    .join(', ');
}

/** Who has the ports that `program` did not get: `, which nginx (process 123) has taken`. Empty when nobody has. */
function holders({ host, spawn }: SpawnedProgram, targets: readonly Target[]): string {
  if (host.network.disposed) return '';
  const { programs } = host.network;
  const held = host.network.sockets().filter((socket) => {
    const isWanted = targets.some(
      ({ port, transport }) => socket.local.port === port && socket.transport === transport,
    );
    return isWanted && socket.spawn !== spawn && socket.interfaceId === host.interfaceId && isOpenToOthers(socket);
  });
  const names = held.map((socket) => {
    const name = programs.findLast((program) => program.spawn === socket.spawn)?.name;
    if (socket.pid === pid) return 'the test itself';
    return name === undefined ? `process ${socket.pid}` : `${name} (process ${socket.pid})`;
  });
  return names.length === 0 ? '' : `, which ${[...new Set(names)].join(' and ')} has taken`;
}

/** None on a network that is being disposed of, which may refuse to tell by now: its programs are being ended. */
function socketsOf({ host, spawn }: SpawnedProgram): SocketInfo[] {
  if (host.network.disposed) return [];
  return host.network.sockets().filter((socket) => socket.spawn === spawn);
}

/** Whether somebody can send to the socket: it has called listen(2), or is a UDP socket with a port. */
function isOpenToOthers({ transport, state, local }: SocketInfo): boolean {
  return transport === 'tcp' ? state === 'listening' : local.port !== 0;
}

function endingOf({ exitCode, signal }: Exit): string {
  return signal === undefined ? `exited with code ${exitCode}` : `was ended by ${signal}`;
}

function list(targets: readonly Target[]): string {
  return targets.map(({ transport, port }) => `${transport.toUpperCase()} port ${port}`).join(', ');
}
