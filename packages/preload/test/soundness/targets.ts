/** The native files of all targets, cross-compiled by `build.mjs` as for a release, and a compiler for programs that run on the same machines. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { BUILD, NATIVE } from '../native/support/paths.js';

export const TARGETS = ['linux-x64-gnu', 'linux-x64-musl', 'linux-arm64-gnu', 'linux-arm64-musl'] as const;
/** Those that this machine has libc and, by qemu, a processor for. */
export const TARGETS_THAT_RUN = ['linux-x64-musl', 'linux-arm64-gnu'] as const;
export type Target = (typeof TARGETS)[number];

/** What is used here of the module that `build.mjs` has its compilers from. */
interface Compiler {
  /** The last part of the command is the target. */
  readonly findCompiler: (target: Target) => string[];
}

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

/**
 * The command that compiles programs for a target, with a libc of their own choice by zig's name of it: `aarch64-linux-gnu.2.36`. They may
 * need a later one than the library does.
 */
export async function compilerFor(target: Target, zigTarget: string): Promise<string[]> {
  const { findCompiler }: Compiler = await import(pathToFileURL(join(NATIVE, 'compiler.mjs')).href);
  return [...findCompiler(target).slice(0, -1), zigTarget];
}
