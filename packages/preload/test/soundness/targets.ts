/** The native files of all targets, cross-compiled by `build.mjs` as for a release, and a compiler for programs that run on the same machines. */
import { join } from 'node:path';
import { execa } from 'execa';
import { findZig } from '../../native/compiler.mjs';
import { BUILD, NATIVE } from '../native/support/paths.js';

export const TARGETS = ['linux-x64-gnu', 'linux-x64-musl', 'linux-arm64-gnu', 'linux-arm64-musl'] as const;
/** Those that this machine has libc and, by qemu, a processor for. */
export const TARGETS_THAT_RUN = ['linux-x64-musl', 'linux-arm64-gnu'] as const;
export type Target = (typeof TARGETS)[number];

/** A file that was built for a target. */
export function builtFor(target: Target, file: string): string {
  return join(BUILD, 'targets', target, file);
}

/** Brings the files of a target up to date; gives back what the compiler had to say. */
export async function buildFor(target: Target): Promise<string> {
  const args = [join(NATIVE, 'build.mjs'), '--target', target, '--out', join(BUILD, 'targets', target)];
  const { stderr } = await execa(process.execPath, args);
  return stderr;
}

/** The command that compiles for a machine and libc, by zig's name of both: `aarch64-linux-gnu.2.36`. */
export function compilerFor(zigTarget: string): string[] {
  const zig = findZig();
  if (zig === undefined)
    throw new Error('zig, which compiles for other machines, could not be had from the npm registry');
  return [zig, 'cc', '-target', zigTarget];
}
