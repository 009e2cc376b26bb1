import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pcapFile } from '../../test/pcap-file.js';
import { Traffic } from '../../test/traffic.js';
import { networkMatchers } from '../matchers/network-matchers.js';
import { Network } from '../network/network.js';
import type { NetworkOptions } from '../network/network-options.js';
import { readCapture } from '../pcap/capture.js';

const LAPTOP = { address: '10.53.57.12', port: 40_000 };
const WEB = { address: '10.53.57.11', port: 80 };

expect.extend(networkMatchers);

function makeNetwork(options: NetworkOptions = {}): Network {
  const network = new Network(options);
  onTestFinished(() => network.dispose());
  network.host('web');
  network.host('laptop');
  return network;
}

/** The packets of a request and its answer. */
function exchange(): Uint8Array[] {
  const traffic = new Traffic();
  const connection = traffic.connection(LAPTOP, WEB).open();
  connection.fromClient('GET /users HTTP/1.1\r\nHost: web\r\nCookie: secret\r\n\r\n');
  connection.fromServer('HTTP/1.1 204 No Content\r\n\r\n').closedBy('client');
  return traffic.records.map(({ data }) => data);
}

function record(network: Network, packets: readonly Uint8Array[] = exchange()): void {
  writeFileSync(network.captureFile ?? '', pcapFile(packets));
}

function isAnswered(network: Network): boolean {
  return network.capture.conversations().some(({ messages }) => messages.length === 2);
}

describe('network.capture', () => {
  it('is empty before anything was recorded', () => {
    const { capture } = makeNetwork();
    expect(capture.packets()).toEqual([]);
    expect(capture.conversations()).toEqual([]);
    expect(capture.text()).toBe('0 packets, 0 conversations');
  });

  it.each([
    [
      { lats: 3 },
      'text() has no option "lats": its options are width, colour, names, last, lastPackets, tlsKeys, redaction, filter',
    ],
    [{ last: '3' }, "text() got last '3': a whole number, 0 or more is needed"],
    [
      { names: { web: '10.53.57.11' } },
      "text() got names { web: '10.53.57.11' }: a Map of addresses and their names is needed",
    ],
  ])('draws nothing with options %j', (options, message) => {
    const { capture } = makeNetwork();
    expect(() => capture.text(options as never)).toThrow(new TypeError(message));
  });

  it('tells conversations by the names of hosts', () => {
    const network = makeNetwork();
    record(network);
    expect(network.capture.conversations()).toMatchObject([
      {
        client: { host: 'laptop', address: '10.53.57.12', port: 40_000 },
        server: { host: 'web', port: 80 },
        isConnected: true,
        messages: [{ summary: 'GET /users' }, { summary: '204 No Content' }],
        serverText: 'HTTP/1.1 204 No Content\r\n\r\n',
      },
    ]);
  });

  it('shows steps and packets as text', () => {
    const network = makeNetwork();
    record(network);
    network.step('asks');
    expect(network.capture.text({ width: 80 })).toMatch(/laptop +web[\s\S]+GET \/users[\s\S]+test: step: asks/);
  });

  it('is read once, for all questions until something is recorded or logged', () => {
    const network = makeNetwork();
    record(network, exchange().slice(0, 4));
    const { capture } = network;
    const packets = capture.packets();
    capture.text();
    expect(capture.packets()).toBe(packets);
    const [first] = capture.conversations();
    expect(capture.conversations()[0]?.events).toBe(first?.events);
    record(network);
    expect(capture.packets().length).toBeGreaterThan(packets.length);
    const more = capture.packets();
    writeFileSync(network.keyLogFile ?? '', 'CLIENT_RANDOM');
    expect(capture.packets()).not.toBe(more);
  });

  it('says that it has no keys of TLS when a program has logged too many', () => {
    const network = makeNetwork();
    record(network);
    writeFileSync(network.keyLogFile ?? '', ''.padEnd(4 * 1024 * 1024 + 1, '#'));
    expect(network.capture.text()).toMatch(
      /\n\nIncomplete: The TLS keys are left out: they take more than 4194304 bytes$/,
    );
  });

  it('shows nothing that is to be redacted', async () => {
    const network = makeNetwork({ redact: [/cookie: .*/i, 'hunter2'] });
    record(network);
    network.step('signs in with hunter2');
    const [conversation] = network.capture.conversations();
    expect(conversation?.clientText).toBe('GET /users HTTP/1.1\r\nHost: web\r\nxxxxxxxxxxxxxx\r\n\r\n');
    expect(network.capture.text()).toContain('signs in with xxxxxxx');
  });

  it('saves what a failed test would leave', async () => {
    const network = makeNetwork();
    record(network);
    network.step('asks');
    const directory = mkdtempSync(join(tmpdir(), 'sw-save-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const path = join(directory, 'not', 'there', 'now.pcapng');
    await network.capture.save(path);
    const { packets, names, blocks } = readCapture(readFileSync(path));
    expect(packets).toHaveLength(exchange().length);
    expect(names.get('10.53.57.11')).toBe('web');
    expect(blocks.map(({ type }) => type)).toContain('systemd-journal');
  });

  it.each([undefined, '', 7])('saves to no path that is %j', async (path) => {
    const { capture } = makeNetwork();
    const message = /^save\(\) got (undefined|''|7): the path of a file is needed$/;
    await expect(capture.save(path as string)).rejects.toThrow(message);
  });

  it.each([
    [
      'without capture',
      { capture: false },
      'NOT_RECORDED',
      /^Network \S+ records no packets: it was made without capture$/,
    ],
    ['after its end', {}, 'DISPOSED', /^The capture of network \S+ is gone: it has been disposed of$/],
  ] as const)('refuses %s', async (_when, options, code, message) => {
    const network = makeNetwork(options);
    const { capture } = network;
    if (code === 'DISPOSED') await network.dispose();
    const error = expect.objectContaining({ name: 'NetworkError', code, message: expect.stringMatching(message) });
    expect(() => capture.packets()).toThrow(error);
    expect(() => capture.conversations()).toThrow(error);
    expect(() => capture.text()).toThrow(error);
    await expect(capture.save('/nowhere')).rejects.toThrow(error);
    await expect(capture.waitFor(() => true)).rejects.toThrow(error);
  });
});

describe('network.capture.waitFor', () => {
  it('gives at once what is there already', async () => {
    const network = makeNetwork();
    record(network);
    expect(await network.capture.waitFor((capture) => capture.packets().length)).toBe(exchange().length);
  });

  it('wakes up when something is recorded, the first packet as well as a later one', async () => {
    const network = makeNetwork();
    const counts: number[] = [];
    const waiting = network.capture.waitFor((capture) => {
      counts.push(capture.packets().length);
      return isAnswered(network);
    });
    const packets = exchange();
    record(network, packets.slice(0, 1));
    await network.capture.waitFor((capture) => capture.packets().length === 1);
    appendFileSync(network.captureFile ?? '', pcapFile(packets.slice(1)).subarray(24));
    expect(await waiting).toBe(true);
    expect(counts[0]).toBe(0);
    expect(counts.at(-1)).toBe(packets.length);
  });

  it('takes a predicate that waits itself', async () => {
    const network = makeNetwork();
    record(network);
    expect(await network.capture.waitFor(async (capture) => capture.conversations()[0])).toMatchObject({ id: 1 });
  });

  it('gives up after its time, and shows what was recorded instead', async () => {
    const network = makeNetwork();
    record(network);
    const waiting = network.capture.waitFor((capture) => capture.packets().length > 99, { timeoutMs: 20 });
    await expect(waiting).rejects.toMatchObject({
      name: 'NetworkError',
      code: 'WAIT_TIMEOUT',
      message: expect.stringMatching(
        /^Waited 20 ms in vain for \(capture\) => capture\.packets\(\)\.length > 99\n\nRecorded:\n\n8 packets, 1 conversation\n[\s\S]+GET \/users/,
      ),
    });
  });

  it('ends with its signal, with an error of its predicate, and with its network', async () => {
    const network = makeNetwork();
    const abort = new AbortController();
    const never = () => false;
    const aborted = network.capture.waitFor(never, { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    const fail = () => {
      throw new Error('boom');
    };
    await expect(network.capture.waitFor(fail)).rejects.toThrow('boom');
    const orphaned = expect(network.capture.waitFor(never)).rejects.toMatchObject({ code: 'DISPOSED' });
    await network.dispose();
    await orphaned;
    expect(existsSync(network.directory)).toBe(false);
  });
});

interface NetworkExpectation {
  readonly not: NetworkExpectation;
  toHaveConnected(client: string, server: string): void;
  toHaveSent(from: string, to: string, content: string | RegExp): void;
}

function failureOf(expectation: () => void): string {
  try {
    expectation();
  } catch (error) {
    return (error as Error).message;
  }
  return 'it did not fail';
}

function expectOf(received: unknown): NetworkExpectation {
  return expect(received) as unknown as NetworkExpectation;
}

describe('the matchers', () => {
  it.each([
    ['laptop', 'web'],
    ['laptop', 'web:80'],
    ['Laptop', 'WEB:80'],
    ['10.53.57.12', '10.53.57.11:80'],
  ])('find the connection of %s to %s', (client, server) => {
    const network = makeNetwork();
    record(network);
    expectOf(network).toHaveConnected(client, server);
    expect(() => expectOf(network).not.toHaveConnected(client, server)).toThrow(
      `Expected ${client} not to have connected to ${server}, which it did`,
    );
  });

  it.each([
    ['web', 'laptop', 'web has connected to nobody'],
    ['laptop', 'web:81', 'laptop has connected to\n  web:80'],
    ['test', 'web', 'test has connected to nobody'],
  ])('find none of %s to %s, and say what there was', (client, server, found) => {
    const network = makeNetwork();
    record(network);
    expectOf(network).not.toHaveConnected(client, server);
    expect(failureOf(() => expectOf(network).toHaveConnected(client, server))).toBe(
      `Expected ${client} to have connected to ${server}\n\n${found}`,
    );
  });

  it('do not take a refused connection for one', () => {
    const network = makeNetwork();
    const traffic = new Traffic();
    for (const port of [40_000, 40_001]) traffic.connection({ ...LAPTOP, port }, WEB).refused();
    record(
      network,
      traffic.records.map(({ data }) => data),
    );
    expectOf(network).not.toHaveConnected('laptop', 'web');
    expect(failureOf(() => expectOf(network).toHaveConnected('laptop', 'web'))).toBe(
      'Expected laptop to have connected to web\n\nlaptop has connected to\n  web:80, in vain, 2 times',
    );
  });

  it('say the last of what was sent instead, and how much more there was', () => {
    const network = makeNetwork();
    const traffic = new Traffic();
    const connection = traffic.connection(LAPTOP, WEB).open();
    for (let item = 1; item <= 15; item++) connection.fromClient(`GET /${item} HTTP/1.1\r\nHost: web\r\n\r\n`);
    record(
      network,
      traffic.records.map(({ data }) => data),
    );
    const lines = Array.from({ length: 12 }, (_, index) => `  GET /${index + 4}`);
    expect(failureOf(() => expectOf(network).toHaveSent('laptop', 'web', 'POST'))).toBe(
      ['Expected laptop to have sent "POST" to web', '', 'laptop has sent to web', '  … 3 more', ...lines].join('\n'),
    );
    expect(failureOf(() => expectOf(network).toHaveSent('web', 'laptop', 'POST'))).toBe(
      'Expected web to have sent "POST" to laptop\n\nweb has sent nothing to laptop',
    );
  });

  it.each([
    ['laptop', 'web', 'GET /users'],
    ['laptop', 'web:80', /cookie: secret/i],
    ['web', 'laptop', '204 No Content'],
    ['web:80', 'laptop', /^HTTP\/1\.1 204/],
  ])('find what %s sent to %s: %s', (from, to, content) => {
    const network = makeNetwork();
    record(network);
    expectOf(network).toHaveSent(from, to, content);
    const what = typeof content === 'string' ? JSON.stringify(content) : String(content);
    expect(() => expectOf(network).not.toHaveSent(from, to, content)).toThrow(
      `Expected ${from} not to have sent ${what} to ${to}`,
    );
  });

  it('do not find what the other side sent', () => {
    const network = makeNetwork();
    record(network);
    expectOf(network).not.toHaveSent('web', 'laptop', 'GET /users');
    expect(() => expectOf(network).toHaveSent('laptop', 'web', '204')).toThrow(
      'Expected laptop to have sent "204" to web',
    );
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [7, 'number'],
  ])('need a network, not %s', (received, found) => {
    expect(() => expectOf(received).toHaveConnected('a', 'b')).toThrow(
      `expect(…).toHaveConnected() needs a network, found ${found}`,
    );
  });
});
