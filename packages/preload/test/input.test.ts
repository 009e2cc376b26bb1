/** Every option that is given wrongly is refused, with what was found and what is needed, and nothing is started or left. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createNetwork, openScope, type ProgramNetwork, withNetwork } from '../src/index.js';

const MILLISECONDS = 'a number of milliseconds from 0 to 2147483647 is needed';
const IDENTITY = { file: import.meta.filename, fullName: 'a test', attempt: 0 };

/** What is thrown, or rejected with: a message, and a code if there is one. */
async function failureOf(attempt: () => unknown): Promise<string> {
  try {
    await attempt();
  } catch (error) {
    const { name, code, message } = error as Error & { code?: string };
    return `${name}${code === undefined ? '' : ` ${code}`}: ${message}`;
  }
  return 'none';
}

/** Options as JavaScript may give them. */
const wrong = <T>(options: unknown): T => options as T;

describe('createNetwork', () => {
  const HAS = 'its options are parent, capture, testHost, redact, recorder';

  it.each<[unknown, string]>([
    [null, 'TypeError: A network got options null: an object is needed'],
    ['x', "TypeError: A network got options 'x': an object is needed"],
    [{ tsetHost: {} }, `TypeError: A network has no option "tsetHost": ${HAS}`],
    [{ parent: 5 }, 'TypeError: A network got parent 5: the path of a directory is needed'],
    [{ parent: '' }, "TypeError: A network got parent '': the path of a directory is needed"],
    [
      { parent: '/nowhere' },
      `NetworkError DIRECTORY_FAILED: Cannot make a network directory in /nowhere: ENOENT: no such file or directory, mkdtemp '/nowhere/sw-XXXXXX'; the option "parent" names another place`,
    ],
    [{ capture: 'on' }, "TypeError: A network got capture 'on': true or false is needed"],
    [{ redact: 'secret' }, "TypeError: A network got redact 'secret': a list is needed"],
    [
      { redact: [5] },
      'NetworkError BAD_REDACTION: Cannot redact 5: it is neither an expression nor text; where options travel as JSON, write it as text, /…/i with its slashes',
    ],
    [
      { redact: ['('] },
      'NetworkError BAD_REDACTION: Cannot redact "(": Invalid regular expression: /(/gi: Unterminated group',
    ],
    [{ testHost: 'me' }, "TypeError: A network got testHost 'me': an object is needed"],
    [
      { testHost: { id: 5 } },
      'TypeError: The test host of a network has no option "id": its options are name, interfaceId',
    ],
    [{ testHost: { name: 5 } }, 'TypeError: The test host of a network got name 5: text is needed'],
    [
      { testHost: { name: 'my_pc' } },
      'NetworkError BAD_HOST_NAME: "my_pc" cannot be the name of a host: it holds "_", only letters, digits, hyphens and dots are allowed',
    ],
    [
      { testHost: { interfaceId: '5' } },
      "TypeError: The test host of a network got interfaceId '5': a whole number from 1 to 254 is needed",
    ],
    [
      { testHost: { interfaceId: 255 } },
      'NetworkError BAD_INTERFACE_ID: Cannot give host "test" interface ID 255: a whole number from 1 to 254 is needed',
    ],
  ])('refuses %o', async (options, said) => {
    const parent = mkdtempSync(join(tmpdir(), 'input-'));
    onTestFinished(() => rmSync(parent, { recursive: true }));
    const isObject = typeof options === 'object' && options !== null;
    const all = isObject ? { parent, ...options } : options;
    expect(await failureOf(() => createNetwork(wrong(all)))).toBe(said);
    expect(readdirSync(parent)).toEqual([]);
  });

  it('takes a parent as seen from the working directory', async () => {
    const parent = mkdtempSync(join(process.cwd(), 'input-'));
    onTestFinished(() => rmSync(parent, { recursive: true }));
    await using network = createNetwork({ parent: parent.slice(process.cwd().length + 1) });
    expect(network.directory.startsWith(`${parent}/sw-`)).toBe(true);
  });
});

describe('openScope', () => {
  const HAS = 'its options are parent, capture, testHost, redact, recorder, outputDir, gzip, rootDir, run, leaks';

  it.each<[unknown, string]>([
    [null, 'got options null: an object is needed'],
    [{ caputre: 'on' }, `has no option "caputre": ${HAS}`],
    [{ outputDir: 5 }, 'got outputDir 5: the path of a directory is needed'],
    [{ rootDir: '' }, "got rootDir '': the path of a directory is needed"],
    [{ gzip: 'yes' }, "got gzip 'yes': true or false is needed"],
    [{ run: 7 }, 'got run 7: text is needed'],
    [{ leaks: 'erorr' }, "got leaks 'erorr': one of warn, error is needed"],
    [{ parent: 5 }, 'got parent 5: the path of a directory is needed'],
    [{ redact: {} }, 'got redact {}: a list is needed'],
    [{ testHost: 5 }, 'got testHost 5: an object is needed'],
  ])('refuses %o', async (options, said) => {
    expect(await failureOf(() => openScope(IDENTITY, wrong(options)))).toBe(`TypeError: A test's network ${said}`);
  });

  it.each([['always'], [true], [null]])('refuses the capture mode %o', async (capture) => {
    expect(await failureOf(() => openScope(IDENTITY, wrong({ capture })))).toBe(
      `ScopeError BAD_RETENTION_MODE: ${JSON.stringify(capture)} is not a capture mode: one of retain-on-failure, on, off, on-first-retry, retain-on-first-failure is needed`,
    );
  });
});

describe('withNetwork', () => {
  it.each<[unknown, unknown, string]>([
    [5, {}, 'got 5: a function is needed'],
    [() => {}, { leaks: 5 }, 'got leaks 5: one of warn, error is needed'],
    [() => {}, { line: 'last' }, "got line 'last': a whole number, 0 or more is needed"],
    [() => {}, { name: 5 }, 'got name 5: text is needed'],
  ])('refuses %o with %o', async (fn, options, said) => {
    expect(await failureOf(() => withNetwork(wrong<() => void>(fn), wrong(options)))).toBe(
      `TypeError: withNetwork() ${said}`,
    );
  });
});

describe('a network', () => {
  let network: ProgramNetwork;
  beforeAll(() => {
    network = createNetwork();
    return () => network.dispose();
  });

  it.each<[unknown, string]>([
    [undefined, 'undefined cannot be the name of a host: it is not text'],
    [5, '5 cannot be the name of a host: it is not text'],
    ['', '"" cannot be the name of a host: it is empty, one character at least is needed'],
  ])('has no host %o', async (name, said) => {
    expect(await failureOf(() => network.host(wrong(name)))).toBe(`NetworkError BAD_HOST_NAME: ${said}`);
  });

  it.each<[string, unknown, unknown, string]>([
    ['no program', undefined, [], 'Cannot start undefined: a program is needed'],
    ['an empty name', '', [], "Cannot start '': a program is needed"],
    ['arguments in one word', 'true', '-a -b', "Cannot start true with '-a -b': a list of arguments is needed"],
    [
      'an argument that is missing',
      'true',
      ['-a', undefined],
      'Cannot start true: argument 2 is undefined, text is needed',
    ],
  ])('starts nothing for %s', async (_what, file, args, said) => {
    const box = network.host('box');
    expect(await failureOf(() => box.run(wrong(file), wrong(args)))).toBe(`TypeError: ${said}`);
    expect(await failureOf(() => box.spawn(wrong(file), wrong(args)))).toBe(`TypeError: ${said}`);
  });

  it.each<[unknown, string]>([
    [null, 'got options null: an object is needed'],
    [{ cwd: 5 }, 'got cwd 5: the path of a directory, or its URL is needed'],
    [{ env: 'A=b' }, "got env 'A=b': an object is needed"],
    [{ extendEnv: 'no' }, "got extendEnv 'no': true or false is needed"],
    [{ input: 5 }, 'got input 5: text or bytes is needed'],
    [{ signal: {} }, 'got signal {}: an AbortSignal is needed'],
    [{ maxOutputLength: -1 }, 'got maxOutputLength -1: a whole number, 0 or more is needed'],
    [{ timeoutMs: 'soon' }, `got timeoutMs 'soon': ${MILLISECONDS}`],
    [{ timeoutMs: Number.NaN }, `got timeoutMs NaN: ${MILLISECONDS}`],
    [{ timeoutMs: -1 }, `got timeoutMs -1: ${MILLISECONDS}`],
  ])('runs and spawns nothing with %o', async (options, said) => {
    const box = network.host('box');
    expect(await failureOf(() => box.run('true', [], wrong(options)))).toBe(`TypeError: run() ${said}`);
    expect(await failureOf(() => box.spawn('true', [], wrong(options)))).toBe(`TypeError: spawn() ${said}`);
  });

  it.each<[unknown, string]>([
    [null, 'TypeError: spawn() got listening null: a port, { port, transport } or a list of them is needed'],
    [[], 'RangeError: Cannot wait for no port: name one, or leave listening out'],
    ['80', "RangeError: Cannot wait for port '80': 1 to 65535 is needed"],
    [['80'], "RangeError: Cannot wait for port '80': 1 to 65535 is needed"],
    [{}, 'RangeError: Cannot wait for port undefined: 1 to 65535 is needed'],
    [70_000, 'RangeError: Cannot wait for port 70000: 1 to 65535 is needed'],
    [{ port: 80, transport: 'sctp' }, "RangeError: Cannot wait for port 80 over 'sctp': tcp or udp is needed"],
  ])('waits for no port %o', async (listening, said) => {
    expect(await failureOf(() => network.host('box').spawn('true', [], wrong({ listening })))).toBe(said);
  });

  it('refuses another standard input, and what run() does not know', async () => {
    const box = network.host('box');
    expect(await failureOf(() => box.spawn('true', [], wrong({ stdin: 'inherit' })))).toBe(
      "TypeError: spawn() got stdin 'inherit': one of pipe, ignore is needed",
    );
    expect(await failureOf(() => box.run('true', [], wrong({ reject: 0 })))).toBe(
      'TypeError: run() got reject 0: true or false is needed',
    );
  });

  it.each<[unknown, unknown, string]>([
    [5, {}, 'got 5: a function is needed'],
    [() => true, { timeoutMs: 'x' }, `got timeoutMs 'x': ${MILLISECONDS}`],
    [() => true, { timeout: 5 }, 'has no option "timeout": its options are timeoutMs, signal'],
  ])('waits in its capture for %o with %o in vain', async (predicate, options, said) => {
    expect(await failureOf(() => network.capture.waitFor(wrong<() => boolean>(predicate), wrong(options)))).toBe(
      `TypeError: waitFor() ${said}`,
    );
  });

  it('started nothing of all that', () => {
    expect(network.programs.filter(({ host }) => host === 'box')).toEqual([]);
  });
});
