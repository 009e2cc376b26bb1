/**
 * The JSON file beside each kept capture: what reporters, CI steps and the command line know of it.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { SocketInfo } from '../state/socket-info.js';
import type { ProgramRun } from '../timeline/program-run.js';
import type { Outcome } from './test-identity.js';

/** The ending of a sidecar's file name. */
export const SIDECAR_ENDING = '.json';

/** A host as a sidecar lists it. */
export interface SidecarHost {
  readonly name: string;
  readonly interfaceId: number;
  readonly ipv4: string;
  readonly ipv6: string;
}

/** The contents of a sidecar. Fields may be added to a version, never taken away or changed. */
export interface Sidecar {
  /** Of this format. */
  readonly version: 1;
  /** Which run of the tests left it: the same in all worker processes of the run. */
  readonly run: string;
  /** The test file, as seen from the root directory. */
  readonly file: string;
  readonly line?: number;
  /** The test's name with those of the suites around it. */
  readonly fullName: string;
  /** The runner's project that it ran in. Absent where there is one without a name. */
  readonly project?: string;
  /** 0 for the first attempt. */
  readonly attempt: number;
  readonly outcome: Outcome;
  /** The message of the error that failed the test, without colours. */
  readonly error?: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** The file name of the capture, in the directory of the sidecar. */
  readonly capture: string;
  readonly packets: number;
  readonly conversations: number;
  /** `12 packets, 2 conversations`. */
  readonly summary: string;
  /** The last part of the traffic as text. */
  readonly text: string;
  /** What is missing from the capture, and why. Absent when it is whole. */
  readonly loss?: string;
  readonly hosts: readonly SidecarHost[];
  /** The sockets that were open when the test ended. */
  readonly sockets: readonly SocketInfo[];
  /** The programs that ran, in the order of their starts. */
  readonly programs?: readonly ProgramRun[];
  /** The attempts to leave the network. Absent when there were none. */
  readonly escapes?: readonly string[];
}

/** The sidecar at `path`; `undefined` when there is none, or another file, or one that is being written. */
export function readSidecar(path: string): Sidecar | undefined {
  // Most tests have left none. To be told so by an error takes several times as long.
  if (!existsSync(path)) return undefined;
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isSidecar(value) ? value : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof SyntaxError || code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw error;
  }
}

function isSidecar(value: unknown): value is Sidecar {
  const { version, run, capture } = (value ?? {}) as Partial<Sidecar>;
  return version === 1 && typeof run === 'string' && typeof capture === 'string';
}
