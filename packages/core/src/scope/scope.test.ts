import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { hrtime } from 'node:process';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { pcapFile, udpPacket } from '../../test/pcap-file.js';
import { writeAt } from '../../test/state-file.js';
import { readSidecar } from '../artifact/sidecar.js';
import type { TestIdentity } from '../artifact/test-identity.js';
import { isGzip } from '../bytes/byte-source.js';
import { Network } from '../network/network.js';
import { readPackets } from '../pcap/capture.js';
import { currentNetwork, currentScope, networkInUse } from './current-scope.js';
import { reserveScope, SCOPE_REGISTRY, scopeRegistry } from './registry.js';
import { openScope, type ScopeOptions, type TestScope } from './scope.js';

const QUESTION = udpPacket('10.53.57.10', 40_000, '10.53.57.11', 9999, 'ping');
const ANSWER = udpPacket('10.53.57.11', 9999, '10.53.57.10', 40_000, 'pong');

let rootDir: string;
let outputDir: string;
beforeEach(() => {
  rootDir = mkdtempSync(join(tmpdir(), 'sw-scope-'));
  outputDir = join(rootDir, 'test-results/socket-wrapper');
  onTestFinished(() => rmSync(rootDir, { recursive: true }));
});

function open(identity: Partial<TestIdentity> = {}, options: Partial<ScopeOptions> = {}): TestScope {
  const file = join(rootDir, 'src/web.test.ts');
  const scope = openScope(
    { file, fullName: 'web > serves', attempt: 0, ...identity },
    { rootDir, createNetwork: (networkOptions) => new Network(networkOptions), ...options },
  );
  onTestFinished(() => scope.end('passed').then(() => undefined));
  return scope;
}

/** Has the network of the scope a capture as the native library leaves it. */
function record(scope: TestScope, bytes: Uint8Array = pcapFile([QUESTION, ANSWER])): void {
  scope.network.host('web');
  writeFileSync(scope.network.captureFile ?? '', bytes);
}

/** What a process warning said while `act` ran. */
async function warningOf(act: () => Promise<unknown>): Promise<Error> {
  const warning = once(process, 'warning');
  await act();
  const [error] = await warning;
  return error;
}

describe('a scope', () => {
  it('makes no network before the test uses one, and only one', () => {
    let made = 0;
    const scope = open(
      {},
      {
        createNetwork: (options) => {
          made++;
          return new Network(options);
        },
      },
    );
    scope.run(() => currentScope());
    expect([made, scope.hasNetwork]).toEqual([0, false]);
    expect(scope.network).toBe(scope.network);
    expect([made, scope.hasNetwork]).toEqual([1, true]);
  });

  it('passes on how the network is to be made', () => {
    const scope = open({}, { parent: rootDir, testHost: { name: 'runner', interfaceId: 20 } });
    expect(scope.network.directory.startsWith(rootDir)).toBe(true);
    expect(scope.network.testHost).toMatchObject({ name: 'runner', interfaceId: 20 });
  });

  it.each([
    ['off', 0, false],
    ['on-first-retry', 0, false],
    ['on-first-retry', 1, true],
    ['retain-on-failure', 0, true],
    ['retain-on-first-failure', 1, false],
  ] as const)('with %s and attempt %i records packets: %s', (capture, attempt, records) => {
    expect(open({ attempt }, { capture }).network.captureFile !== undefined).toBe(records);
  });

  it('refuses a retention mode there is not', () => {
    expect(() => open({}, { capture: 'never' as 'off' })).toThrow(
      expect.objectContaining({ code: 'BAD_RETENTION_MODE' }),
    );
  });

  it('disposes of its network at the end', async () => {
    const scope = open();
    const { directory } = scope.network;
    await scope.end('passed');
    expect(existsSync(directory)).toBe(false);
  });

  it('ends once, however often and with whatever outcome it is asked to', async () => {
    const scope = open();
    record(scope);
    const ends = [scope.end('failed'), scope.end('passed'), scope.end('failed')];
    const [first, ...others] = await Promise.all(ends);
    expect(first).toMatchObject({ outcome: 'failed' });
    expect(others).toEqual([first, first]);
    expect(await scope.end('passed')).toBe(first);
    expect(readdirSync(outputDir)).toHaveLength(2);
  });

  it('refuses its network from the moment it ends', async () => {
    const scope = open();
    void scope.network;
    const ending = scope.end('passed');
    const message =
      'Test "web > serves" has ended, and its network with it: something that the test started still runs, have the test wait for it';
    const error = { name: 'ScopeError', code: 'SCOPE_ENDED', message };
    expect(() => scope.network).toThrow(expect.objectContaining(error));
    await ending;
    expect(() => scope.network).toThrow(expect.objectContaining(error));
    expect(scope.hasEnded).toBe(true);
  });
});

describe('the current scope', () => {
  it('is that of the code that asks, through awaits and callbacks', async () => {
    const [one, two] = [open(), open()];
    const seen = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return currentScope();
    };
    expect(await Promise.all([one.run(seen), two.run(seen), seen()])).toEqual([one, two, undefined]);
  });

  it('is the innermost of nested ones that has not ended', async () => {
    const [suite, test] = [open({ fullName: 'suite' }), open({ fullName: 'test' })];
    await suite.run(() =>
      test.run(async () => {
        expect(currentScope()).toBe(test);
        await test.end('passed');
        expect(currentScope()).toBe(suite);
        await suite.end('passed');
        expect(currentScope()).toBeUndefined();
      }),
    );
  });

  it('gives its network, or tells who has none', async () => {
    const scope = open();
    expect(() => currentNetwork()).toThrow(expect.objectContaining({ code: 'NO_SCOPE' }));
    scope.run(() => {
      expect(networkInUse()).toBeUndefined();
      expect(currentNetwork()).toBe(scope.network);
      expect(networkInUse()).toBe(scope.network);
    });
    expect(networkInUse()).toBeUndefined();
  });

  it('is one that is entered, in the whole frame that was kept free for it', async () => {
    const scope = open();
    await reserveScope(async () => {
      expect(currentScope()).toBeUndefined();
      const earlier = new Promise((resolve) => setImmediate(() => resolve(currentScope())));
      await Promise.resolve().then(() => scope.enter());
      expect(currentScope()).toBe(scope);
      expect(await earlier).toBe(scope);
      await scope.end('passed');
      expect(currentScope()).toBeUndefined();
    });
    expect(currentScope()).toBeUndefined();
  });

  it('is one that is entered, for what follows, where no frame was kept free', async () => {
    const [scope, outer] = [open({ fullName: 'entered' }), open({ fullName: 'outer' })];
    await outer.run(async () => {
      scope.enter();
      await Promise.resolve();
      expect(currentScope()).toBe(scope);
      await scope.end('passed');
      expect(currentScope()).toBe(outer);
    });
    expect(currentScope()).toBeUndefined();
  });

  it('is shared by several copies of this module', async () => {
    const built = new URL('../../dist/index.js', import.meta.url).href;
    const copy: typeof import('../index.js') = await import(built);
    expect(copy.currentScope).not.toBe(currentScope);
    const scope = open();
    expect(scope.run(() => copy.currentScope())).toBe(scope);
    expect(Reflect.get(globalThis, SCOPE_REGISTRY)).toBe(scopeRegistry());
  });

  it('passes on what its function returns or throws', () => {
    const scope = open();
    expect(scope.run(() => 7)).toBe(7);
    expect(() =>
      scope.run(() => {
        throw new RangeError('mine');
      }),
    ).toThrow(new RangeError('mine'));
  });
});

describe('the artifact of a failed test', () => {
  it('is a capture that tells of the test, and a sidecar', async () => {
    const scope = open({ line: 12 });
    record(scope);
    const artifact = await scope.end('failed', { error: new Error('\u001b[31mexpected\u001b[39m 1\nto be 2') });
    expect(artifact).toEqual({
      path: join(outputDir, 'src-web.test.ts-web-serves.pcapng'),
      sidecarPath: join(outputDir, 'src-web.test.ts-web-serves.json'),
      outcome: 'failed',
      packets: 2,
      conversations: 1,
      summary: '2 packets, 1 conversation',
      text: expect.stringMatching(/test[\s\S]*web/),
    });
    expect(readdirSync(outputDir).sort()).toEqual([
      basename(artifact?.sidecarPath ?? ''),
      basename(artifact?.path ?? ''),
    ]);
    expect(readSidecar(artifact?.sidecarPath ?? '')).toEqual({
      version: 1,
      run: expect.stringMatching(/^\d+-\d+$/),
      file: 'src/web.test.ts',
      line: 12,
      fullName: 'web > serves',
      attempt: 0,
      outcome: 'failed',
      error: 'expected 1\nto be 2',
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      durationMs: expect.any(Number),
      capture: 'src-web.test.ts-web-serves.pcapng',
      packets: 2,
      conversations: 1,
      summary: '2 packets, 1 conversation',
      text: artifact?.text,
      hosts: [
        { name: 'test', interfaceId: 10, ipv4: '10.53.57.10', ipv6: 'fd00::5357:5f0a' },
        { name: 'web', interfaceId: 11, ipv4: '10.53.57.11', ipv6: 'fd00::5357:5f0b' },
      ],
      sockets: [],
      programs: [],
    });
  });

  it('is named after the retry', async () => {
    const scope = open({ attempt: 1 });
    record(scope);
    const artifact = await scope.end('failed');
    expect(basename(artifact?.path ?? '')).toBe('src-web.test.ts-web-serves-retry1.pcapng');
  });

  it('does not replace that of another test with the same name', async () => {
    const scopes = [open(), open(), open()];
    for (const scope of scopes) record(scope);
    const artifacts = await Promise.all(scopes.map((scope) => scope.end('failed')));
    expect(new Set(artifacts.map((artifact) => artifact?.path)).size).toBe(3);
    expect(readdirSync(outputDir)).toHaveLength(6);
  });

  it('replaces that of the run before', async () => {
    for (const run of ['monday', 'tuesday']) {
      const scope = open({}, { run });
      record(scope);
      await scope.end('failed');
    }
    expect(readdirSync(outputDir)).toHaveLength(2);
  });

  it('goes when the test passes in a later run, with its retries', async () => {
    const ended = async (run: string, attempt: number, outcome: 'passed' | 'failed', fullName = 'web > serves') => {
      const scope = open({ attempt, fullName }, { run });
      record(scope);
      await scope.end(outcome);
    };
    for (const attempt of [0, 1, 2]) await ended('monday', attempt, 'failed');
    await ended('monday', 0, 'failed');
    await ended('monday', 0, 'failed', 'web > stops');
    expect(readdirSync(outputDir)).toHaveLength(10);
    await ended('tuesday', 0, 'failed');
    await ended('tuesday', 0, 'passed');
    const names = ['src-web.test.ts-web-serves', 'src-web.test.ts-web-stops'];
    expect(readdirSync(outputDir)).toEqual(names.flatMap((name) => [`${name}.json`, `${name}.pcapng`]));
  });

  it('stays when the test passes without recording', async () => {
    const failed = open({}, { run: 'monday' });
    record(failed);
    await failed.end('failed');
    const passed = open({}, { run: 'tuesday', capture: 'off' });
    passed.network.host('web');
    await passed.end('passed');
    expect(readdirSync(outputDir)).toHaveLength(2);
  });

  it('is packed where that is asked for, and replaces the one of the run before that was not', async () => {
    const artifacts = [];
    for (const gzip of [false, true]) {
      const scope = open({}, { run: `with gzip ${gzip}`, gzip });
      record(scope);
      artifacts.push(await scope.end('failed'));
    }
    const [plain, packed] = artifacts.map((artifact) => artifact?.path ?? '');
    expect(packed).toBe(`${plain}.gz`);
    expect(readdirSync(outputDir).sort()).toEqual(['src-web.test.ts-web-serves.json', basename(packed ?? '')]);
    expect(readSidecar(artifacts[1]?.sidecarPath ?? '')?.capture).toBe(basename(packed ?? ''));
    const bytes = readFileSync(packed ?? '');
    expect(isGzip(bytes)).toBe(true);
    expect([...readPackets(bytes)]).toHaveLength(2);
  });

  it('is there without any traffic too, of which nothing is missing', async () => {
    const scope = open();
    void scope.network;
    const artifact = await scope.end('failed');
    expect(artifact).toMatchObject({ packets: 0, summary: '0 packets, 0 conversations' });
    expect(artifact).not.toHaveProperty('loss');
  });

  it('says that the packets are missing when the directory of the network was removed', async () => {
    const scope = open();
    rmSync(scope.network.directory, { recursive: true });
    expect(await scope.end('failed')).toMatchObject({
      packets: 0,
      loss: expect.stringContaining('Cannot read the capture: ENOENT'),
    });
  });

  it('is not there when the test did not use its network', async () => {
    expect(await open().end('failed')).toBeUndefined();
    expect(existsSync(outputDir)).toBe(false);
  });

  it('has what could be read of a damaged capture, and tells of the loss', async () => {
    const scope = open();
    const bytes = pcapFile([QUESTION, ANSWER]);
    record(scope, bytes.subarray(0, -3));
    const artifact = await scope.end('failed');
    expect(artifact).toMatchObject({
      packets: 1,
      loss: expect.stringContaining('Cannot read the pcap packet record at byte'),
    });
    expect(readSidecar(artifact?.sidecarPath ?? '')).toMatchObject({ packets: 1, loss: artifact?.loss });
  });

  it('tells of a state that cannot be read, and has the packets', async () => {
    const scope = open();
    record(scope);
    writeAt(join(scope.network.directory, '.state'), 0, Buffer.from('garbage!'));
    expect(await scope.end('failed')).toMatchObject({
      packets: 2,
      loss: expect.stringContaining('it begins with "garbage!"'),
    });
  });

  it('ends with the test: what programs send while they are being ended is left out', async () => {
    const scope = open();
    record(scope, pcapFile([QUESTION]));
    const lastWords = pcapFile([ANSWER]).subarray(24);
    const { captureFile } = scope.network;
    scope.network.onDispose(() => appendFileSync(captureFile ?? '', lastWords));
    expect(await scope.end('failed')).toMatchObject({ packets: 1 });
  });

  it('has a packet whole that was being written at the end', async () => {
    const scope = open();
    const bytes = pcapFile([QUESTION, ANSWER]);
    record(scope, bytes.subarray(0, -10));
    const { captureFile } = scope.network;
    scope.network.onDispose(() => appendFileSync(captureFile ?? '', bytes.subarray(-10)));
    const artifact = await scope.end('failed');
    expect(artifact).toMatchObject({ packets: 2 });
    expect(artifact).not.toHaveProperty('loss');
  });

  it('is there also when the test disposed of its network by itself', async () => {
    const scope = open();
    record(scope);
    await scope.network.dispose();
    expect(await scope.end('failed')).toMatchObject({ packets: 2 });
  });

  it('has packets of every length whole', async () => {
    const scope = open();
    const packets = Array.from({ length: 1500 }, (_, length) =>
      udpPacket('10.53.57.10', 1, '10.53.57.11', 2, 'x'.repeat(length)),
    );
    record(scope, pcapFile(packets));
    const artifact = await scope.end('failed');
    const found = readPackets(readFileSync(artifact?.path ?? ''));
    expect([...found].map(({ data }) => Buffer.from(data).toString('hex'))).toEqual(
      packets.map((packet) => Buffer.from(packet).toString('hex')),
    );
  });

  it('survives a capture that is cut short while it is read', async () => {
    const scope = open();
    record(scope);
    const { captureFile } = scope.network;
    scope.network.onDispose(() => truncateSync(captureFile ?? '', 50));
    expect(await scope.end('failed')).toMatchObject({ packets: 0, loss: expect.stringContaining('the file holds') });
  });
});

describe('the artifact as Wireshark sees it', () => {
  const hasTools = ['capinfos', 'tshark'].every(isInstalled);

  it.skipIf(!hasTools && process.env.CI !== 'true')(
    'has the test in its comment, host names and all packets',
    async () => {
      const scope = open({ line: 12 });
      record(scope);
      const artifact = await scope.end('failed', { error: 'boom' });
      const path = artifact?.path ?? '';
      const properties = outputOf('capinfos', [path]);
      expect(properties).toContain('web > serves');
      expect(properties).toContain('src/web.test.ts:12');
      expect(properties).toContain('boom');
      expect(properties).toMatch(/Number of packets: +2\n/);

      const fields = ['ip.src_host', 'ip.dst_host', 'data.text', 'frame.time_epoch'].flatMap((field) => ['-e', field]);
      const packets = outputOf('tshark', [
        '-r',
        path,
        '-N',
        'n',
        '-Y',
        'ip',
        '-o',
        'data.show_as_text:TRUE',
        '-T',
        'fields',
        ...fields,
      ]);
      expect(
        packets
          .trim()
          .split('\n')
          .map((line) => line.split('\t')),
      ).toEqual([
        ['test', 'web', 'ping', '1700000000.000000000'],
        ['web', 'test', 'pong', '1700000000.000001000'],
      ]);
    },
  );
});

function outputOf(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((directory) => existsSync(join(directory, program)));
}

describe('a passed test', () => {
  it.each(['passed', 'skipped'] as const)('that %s leaves nothing anywhere', async (outcome) => {
    const scope = open();
    record(scope);
    const { directory } = scope.network;
    expect(await scope.end(outcome)).toBeUndefined();
    expect([existsSync(directory), readdirSync(rootDir)]).toEqual([false, []]);
  });

  it('leaves its capture with mode on', async () => {
    const scope = open({}, { capture: 'on' });
    record(scope);
    const artifact = await scope.end('passed');
    expect(artifact).toMatchObject({ outcome: 'passed', packets: 2 });
    expect(readSidecar(artifact?.sidecarPath ?? '')).not.toHaveProperty('error');
  });
});

describe('the end of a scope never rejects:', () => {
  it('an output directory that cannot be made gives a warning of one line', async () => {
    writeFileSync(join(rootDir, 'file'), '');
    const scope = open({}, { outputDir: join(rootDir, 'file/results') });
    record(scope);
    const warning = await warningOf(async () => expect(await scope.end('failed')).toBeUndefined());
    expect(warning.name).toBe('SocketWrapperWarning');
    expect(warning.message).toMatch(/^Cannot keep the capture of test "web > serves": ENOTDIR.*$/);
  });

  it.skipIf(process.getuid?.() === 0)('nor does one that cannot be written', async () => {
    chmodSync(rootDir, 0o500);
    const scope = open();
    record(scope);
    const warning = await warningOf(async () => expect(await scope.end('failed')).toBeUndefined());
    expect(warning.message).toContain('EACCES');
    chmodSync(rootDir, 0o700);
  });

  it('a file of a capture that cannot be written leaves no sidecar', async () => {
    const scope = open();
    record(scope);
    mkdirSync(join(outputDir, 'src-web.test.ts-web-serves.pcapng'), { recursive: true });
    const warning = await warningOf(async () => expect(await scope.end('failed')).toBeUndefined());
    expect(warning.message).toContain('EISDIR');
    expect(existsSync(join(outputDir, 'src-web.test.ts-web-serves.json'))).toBe(false);
  });

  it('steps of the network that fail give a warning and the artifact', async () => {
    const scope = open();
    record(scope);
    scope.network.onDispose(() => {
      throw new Error('nginx\nwould not stop');
    });
    const warning = await warningOf(async () => expect(await scope.end('failed')).toMatchObject({ packets: 2 }));
    expect(warning.message).toBe('The network of test "web > serves" did not end cleanly: nginx would not stop');
  });

  describe('with fake timers left on', () => {
    afterEach(() => {
      vi.useRealTimers();
    });

    it('steps that never end are given up, in less than 5 s in all', async () => {
      const start = hrtime.bigint();
      const scope = open();
      record(scope);
      const { directory } = scope.network;
      for (let count = 0; count < 2; count++) scope.network.onDispose(() => new Promise(() => {}));
      vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'setInterval', 'setImmediate', 'performance', 'hrtime'] });
      const warning = await warningOf(async () => expect(await scope.end('failed')).toMatchObject({ packets: 2 }));
      expect(warning.message).toMatch(
        /^The network of test "web > serves" did not end cleanly: A step .* did not finish: .*; A step .* did not finish/,
      );
      expect(Number(hrtime.bigint() - start) / 1e9).toBeLessThan(5);
      expect(existsSync(directory)).toBe(false);
    });

    it('the sidecar has the true time', async () => {
      vi.useFakeTimers({ now: 0, toFake: ['Date', 'performance', 'hrtime'] });
      const scope = open();
      record(scope);
      const artifact = await scope.end('failed');
      const { startedAt } = JSON.parse(readFileSync(artifact?.sidecarPath ?? '', 'utf8'));
      expect(startedAt > '2024').toBe(true);
    });
  });
});
