import { describe, expect, it } from 'vitest';
import { programOfEnv, readShebang } from './shebang.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe('readShebang', () => {
  it.each<[string, string, string | undefined]>([
    ['#!/bin/sh\necho', '/bin/sh', undefined],
    ['#!/bin/sh', '/bin/sh', undefined],
    ['#! \t/bin/sh \t\n', '/bin/sh', undefined],
    ['#!/usr/bin/env node\n', '/usr/bin/env', 'node'],
    ['#!/usr/bin/env -S node --flag  \n', '/usr/bin/env', '-S node --flag'],
    ['#!bin/tool\ta b\n', 'bin/tool', 'a b'],
  ])('reads %j', (text, interpreter, argument) => {
    expect(readShebang(bytesOf(text))).toEqual({ interpreter, argument });
  });

  it.each(['', '#', '# !/bin/sh', ' #!/bin/sh', '#!', '#!\n/bin/sh', '#!   \n', 'echo #!/bin/sh'])(
    'sees no interpreter in %j',
    (text) => {
      expect(readShebang(bytesOf(text))).toBeUndefined();
    },
  );

  it('does not use a name that the 256 bytes the kernel looks at may cut off', () => {
    expect(readShebang(bytesOf(`#!/${'a'.repeat(300)}`))).toBeUndefined();
    expect(readShebang(bytesOf(`#!/${'a'.repeat(252)}\n`))?.interpreter).toBe(`/${'a'.repeat(252)}`);
  });

  it('uses an argument that is cut off, as the kernel does', () => {
    expect(readShebang(bytesOf(`#!/bin/sh ${'a'.repeat(300)}`))).toEqual({
      interpreter: '/bin/sh',
      argument: 'a'.repeat(246),
    });
  });
});

describe('programOfEnv', () => {
  it.each<[string | undefined, string | undefined]>([
    ['node', 'node'],
    ['node --flag', 'node --flag'],
    ['-S node --flag', 'node'],
    ['-S A=1 B=2 node', 'node'],
    ['-vS node', 'node'],
    ['--split-string=node --flag', 'node'],
    ['-i', undefined],
    ['A=1', undefined],
    ['-S A=1', undefined],
    [undefined, undefined],
  ])('of %j is %j', (argument, program) => {
    expect(programOfEnv(argument)).toBe(program);
  });
});
