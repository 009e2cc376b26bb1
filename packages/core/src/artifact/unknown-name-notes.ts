/**
 * What the time line says of names that were looked up and that no host has.
 */

import type { NetworkNote } from '../timeline/note-log.js';
import type { ProgramRun } from '../timeline/program-run.js';
import { type UnknownName, UnknownNames } from '../timeline/unknown-names.js';
import type { SidecarHost } from './sidecar.js';

/** How many hosts are named. */
const MAX_HOSTS = 8;

/** What is known of those who asked. */
export interface Askers {
  readonly hosts: readonly Pick<SidecarHost, 'name' | 'interfaceId'>[];
  readonly programs: readonly Pick<ProgramRun, 'spawn' | 'name'>[];
}

/** A note for each name and each program that looked it up: `laptop curl: looked up "wbe": no such host, only …`. */
export function unknownNameNotes(unknownNames: readonly UnknownName[], { hosts, programs }: Askers): NetworkNote[] {
  const names = hosts.map(({ name }) => name);
  return new UnknownNames(unknownNames).all.map(({ name, timestampNs, pid, spawn, interfaceId }) => {
    const host = hosts.find((candidate) => candidate.interfaceId === interfaceId)?.name ?? `#${interfaceId}`;
    const program = programs.find((run) => spawn !== 0 && run.spawn === spawn)?.name;
    return {
      source: program === undefined ? host : `${host} ${program}`,
      text: `looked up ${JSON.stringify(name)}: ${faultOf(name, names)}`,
      level: 'error',
      timeMs: Number(timestampNs / 1000n) / 1000,
      pid,
    };
  });
}

/** Short, since lines of a ladder are cut. A host that the test asks for later has had no name before. */
function faultOf(name: string, hosts: readonly string[]): string {
  const isThereNow = hosts.includes(name.replace(/\.$/, '').toLowerCase());
  return isThereNow ? 'no such host yet' : `no such host, only ${listOf(hosts)}`;
}

function listOf(hosts: readonly string[]): string {
  const shown = hosts.slice(0, MAX_HOSTS);
  const [last, more] = [shown.pop(), hosts.length - MAX_HOSTS];
  if (more > 0) return `${[...shown, last].join(', ')} and ${more} more`;
  return shown.length === 0 ? `${last}` : `${shown.join(', ')} and ${last}`;
}
