import { describe, expect, it } from 'vitest';
import { keyLogEnvironment } from './key-log-environment.js';

const file = '/dev/shm/sw-1/tls-keys.log';
const HOOK = /^--require ".*\/dist\/tls\/key-log-preload\.cjs"$/;

describe('keyLogEnvironment', () => {
  it('names the file for all programs, and the hook for Node.js', () => {
    expect(keyLogEnvironment({}, { file, args: [] })).toEqual({
      SSLKEYLOGFILE: file,
      NODE_OPTIONS: expect.stringMatching(HOOK),
    });
  });

  it('keeps the options that Node.js has already', () => {
    const { NODE_OPTIONS } = keyLogEnvironment({ NODE_OPTIONS: '--no-deprecation' }, { file, args: [] });
    expect(NODE_OPTIONS).toMatch(/^--no-deprecation --require /);
  });

  it.each([{ SSLKEYLOGFILE: '/my/keys' }, { SSLKEYLOGFILE: undefined }])('leaves %j to the caller', (env) => {
    expect(keyLogEnvironment(env, { file, args: [] })).toEqual({});
  });

  it('gives nothing without capture', () => {
    expect(keyLogEnvironment({}, { file: undefined, args: [] })).toEqual({});
  });

  it.each([
    [{}, ['--permission', 'a.js']],
    [{}, ['--experimental-permission', 'a.js']],
    [{ NODE_OPTIONS: '--permission' }, []],
    [{ NODE_OPTIONS: undefined }, []],
  ])('does not have Node.js load what it may not read, with %j and %j', (env, args) => {
    expect(keyLogEnvironment(env, { file, args })).toEqual({ SSLKEYLOGFILE: file });
  });
});
