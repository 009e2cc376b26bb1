/**
 * The variables that make programs log their TLS keys, so that the capture of their network can be decrypted.
 */

import { packageFile } from '../native-files/package-file.js';
import type { Environment } from '../networks/environment.js';

const HOOK = packageFile('dist/tls/key-log-preload.cjs');

/** Where Node.js may read only what it is told to, it could not read the hook. */
const PERMISSION_MODEL = /^--(experimental-)?permission(=|$)/;

/**
 * What to add to `env` so that keys go to `file`.
 *
 * curl, OpenSSL's clients, Python, browsers and Deno know SSLKEYLOGFILE; Node.js learns it from a module that
 * NODE_OPTIONS names. A variable that `env` has, even as `undefined`, is the caller's and stays.
 */
export function keyLogEnvironment(
  env: Environment,
  { file, args }: { readonly file: string | undefined; readonly args: readonly string[] },
): Environment {
  if (file === undefined || Object.hasOwn(env, 'SSLKEYLOGFILE')) return {};

  const variables = { SSLKEYLOGFILE: file };
  const { NODE_OPTIONS: options = '' } = env;
  const isUnwanted = Object.hasOwn(env, 'NODE_OPTIONS') && env.NODE_OPTIONS === undefined;
  const isRestricted = [...args, ...options.split(/\s+/)].some((arg) => PERMISSION_MODEL.test(arg));
  if (isUnwanted || isRestricted) return variables;
  return { ...variables, NODE_OPTIONS: [options, `--require ${quoted(HOOK)}`].join(' ').trim() };
}

/** As NODE_OPTIONS takes words with spaces in them. */
function quoted(word: string): string {
  return `"${word.replaceAll(/["\\]/g, '\\$&')}"`;
}
