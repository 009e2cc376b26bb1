/** The captures in a directory: found by the JSON file beside each of them, so that other files are left alone. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/**
 * @typedef {{ path: string, bytes: Buffer }} CaptureFile
 * @typedef {{ version: 1, run: string, file: string, line?: number, fullName: string, attempt: number, outcome: string,
 *   error?: string, startedAt: string, capture: string, summary: string, text: string }} Sidecar
 * @typedef {Sidecar & { files: CaptureFile[] }} Capture
 */

/**
 * The captures in `directories` whose tests began at `since` or later, in that order.
 *
 * @param {readonly string[]} directories
 * @param {string} since ISO 8601; empty for all of them.
 * @returns {Capture[]}
 */
export function capturesIn(directories, since) {
  return directories
    .flatMap((directory) => namesIn(directory).map((name) => join(resolve(directory), name)))
    .flatMap((path) => {
      const sidecar = sidecarAt(path);
      if (sidecar === undefined || sidecar.startedAt < since) return [];
      // The name of a file beside the sidecar, whatever the sidecar says.
      const capture = join(path, '..', basename(sidecar.capture));
      const files = [capture, path].filter(isFile).map((file) => ({ path: file, bytes: readFileSync(file) }));
      return [{ ...sidecar, files }];
    })
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

/** @param {string} directory */
function namesIn(directory) {
  try {
    return readdirSync(directory).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * @param {string} path
 * @returns {Sidecar | undefined}
 */
function sidecarAt(path) {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8'));
    return value?.version === 1 && typeof value.run === 'string' && typeof value.capture === 'string'
      ? value
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error.code === 'EISDIR') return undefined;
    throw error;
  }
}

/** @param {string} path */
function isFile(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
