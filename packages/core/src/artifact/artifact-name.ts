/**
 * Names the files of artifacts after their tests.
 */
import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeCrypto } from '../node-crypto.js';
import type { TestIdentity } from './test-identity.js';

// A file name has 255 bytes. The rest is for '-retry12345', '-12345' and the longest ending, '.json.01234567.lock'.
const MAX_BASE_BYTES = 215;
const HASH_DIGITS = 8;

/**
 * The name, without its ending, of the artifact of a test attempt: `<file>-<full test name>[-<project>][-retryN]`.
 *
 * Runs of characters that are trouble in a shell, a URL or on another file system become one hyphen. A name that is too
 * long is cut and gets a hash of the whole, so that two long names that begin alike stay apart.
 *
 * @example
 * artifactName({ file: '/app/src/web.test.ts', fullName: 'web > answers "hello"', attempt: 1 }, '/app');
 * // 'src-web.test.ts-web-answers-hello-retry1'
 */
export function artifactName({ file, fullName, project = '', attempt }: TestIdentity, rootDir: string): string {
  const path = relativeFile(file, rootDir);
  const base = plain(`${path} ${fullName} ${project}`) || 'test';
  const retry = attempt === 0 ? '' : `-retry${attempt}`;
  if (Buffer.byteLength(base) <= MAX_BASE_BYTES) return `${base}${retry}`;

  const hash = nodeCrypto()
    .createHash('sha256')
    .update(`${path}\n${fullName}\n${project}`)
    .digest('hex')
    .slice(0, HASH_DIGITS);
  return `${cut(base, MAX_BASE_BYTES - HASH_DIGITS - 1)}-${hash}${retry}`;
}

/** `file`, a path or a file URL, as seen from `rootDir`. */
export function relativeFile(file: string, rootDir: string): string {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  return isAbsolute(path) ? relative(rootDir, path) : path;
}

function plain(text: string): string {
  return text
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{M}\p{N}._]+/gu, '-')
    .replaceAll(/^[-.]+|[-.]+$/g, ''); // No hidden files: upload actions skip them.
}

function cut(text: string, bytes: number): string {
  let kept = '';
  for (const character of text) {
    if (Buffer.byteLength(kept + character) > bytes) break;
    kept += character;
  }
  return kept.replace(/[-.]+$/, '');
}
