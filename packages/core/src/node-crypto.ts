/**
 * `node:crypto`, loaded when it is first used: that takes milliseconds, in every test file, and few of them keep a capture.
 */
export function nodeCrypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}
