import { EventEmitter, once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hrtime } from 'node:process';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { addProcess, addSocket, FLAG, ring, writeAt } from '../../test/state-file.js';
import { Host } from './host.js';
import { Network } from './network.js';
import type { NetworkOptions } from './network-options.js';

function makeNetwork(options?: NetworkOptions): Network {
  const network = new Network(options);
  onTestFinished(() => network.dispose());
  return network;
}

function stateOf(network: Network): string {
  return join(network.directory, '.state');
}

/** A Unix socket in the network's directory, and the inode that /proc/net/unix has for it. */
async function openUnixSocket(network: Network) {
  const path = join(network.directory, 'T0B0050');
  const server = createServer().listen(path);
  await once(server, 'listening');
  const line = readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .find((candidate) => candidate.endsWith(path));
  return { server, inode: BigInt(line?.trim().split(/\s+/)[6] ?? 0) };
}

describe('a new network', () => {
  it('is a directory of its own with a state and the hosts, readable by its owner only', () => {
    const network = makeNetwork();
    expect(statSync(network.directory).mode & 0o777).toBe(0o700);
    expect(readdirSync(network.directory).sort()).toEqual(['.owner', '.state', 'hosts']);
    expect(makeNetwork().directory).not.toBe(network.directory);
  });

  it('has a short path on shared memory where there is some', () => {
    const { directory } = makeNetwork();
    expect(directory.length).toBeLessThan(24);
    expect(directory).toMatch(existsSync('/dev/shm') ? /^\/dev\/shm\/sw-\w{6}$/ : /sw-\w{6}$/);
  });

  it('is made where its maker wants it', () => {
    const parent = mkdtempSync(join(tmpdir(), 'sw-parent-'));
    onTestFinished(() => rmSync(parent, { recursive: true }));
    expect(makeNetwork({ parent }).directory.startsWith(`${parent}/sw-`)).toBe(true);
  });

  it('cannot be made in a directory that is not there', () => {
    expect(() => new Network({ parent: '/nonexistent' })).toThrow(
      expect.objectContaining({
        name: 'NetworkError',
        code: 'DIRECTORY_FAILED',
        message: expect.stringContaining('Cannot make a network directory in /nonexistent: ENOENT'),
      }),
    );
  });

  it('has the test as its only host', () => {
    const network = makeNetwork();
    expect(network.hosts).toEqual([network.testHost]);
    expect(network.testHost).toMatchObject({
      name: 'test',
      interfaceId: 10,
      ipv4: '10.53.57.10',
      ipv6: 'fd00::5357:5f0a',
    });
    expect(network.host('test')).toBe(network.testHost);
  });

  it('can call the test by another name and address', () => {
    const network = makeNetwork({ testHost: { name: 'Runner', interfaceId: 11 } });
    expect(network.testHost).toMatchObject({ name: 'runner', interfaceId: 11 });
    expect(network.host('web').interfaceId).toBe(12);
  });

  it.each([
    [{ name: 'a_b' }, 'BAD_HOST_NAME'],
    [{ interfaceId: 255 }, 'BAD_INTERFACE_ID'],
  ])('refuses test host %o and leaves nothing behind', (testHost, code) => {
    const parent = mkdtempSync(join(tmpdir(), 'sw-parent-'));
    onTestFinished(() => rmSync(parent, { recursive: true }));
    expect(() => new Network({ parent, testHost })).toThrow(expect.objectContaining({ code }));
    expect(readdirSync(parent)).toEqual([]);
  });
});

describe('host', () => {
  it('makes a host the first time, and gives the same one again in upper and lower case', () => {
    const network = makeNetwork();
    const web = network.host('Web');
    expect(web).toMatchObject({ name: 'web', interfaceId: 11, ipv4: '10.53.57.11', ipv6: 'fd00::5357:5f0b', network });
    expect(network.host('wEB')).toBe(web);
    expect(network.hosts.map(({ name }) => name)).toEqual(['test', 'web']);
  });

  it('writes each host into the hosts file once, IPv4 first', () => {
    const network = makeNetwork();
    for (const name of ['web', 'db', 'web', 'WEB', 'test']) network.host(name);
    expect(readFileSync(join(network.directory, 'hosts'), 'utf8')).toBe(
      '10.53.57.10 test\nfd00::5357:5f0a test\n10.53.57.11 web\nfd00::5357:5f0b web\n10.53.57.12 db\nfd00::5357:5f0c db\n',
    );
  });

  it('makes 254 hosts with the test, and then says that it cannot', () => {
    const network = makeNetwork();
    for (let count = 1; count < 254; count++) network.host(`host-${count}`);
    expect(new Set(network.hosts.map(({ ipv4 }) => ipv4)).size).toBe(254);
    expect(() => network.host('one-more')).toThrow(expect.objectContaining({ code: 'INTERFACES_EXHAUSTED' }));
    expect(readFileSync(join(network.directory, 'hosts'), 'utf8')).not.toContain('one-more');
  });

  it('makes hosts of the kind a subclass wants, with the fields of the subclass there', () => {
    class Machine extends Host {
      readonly owner: string;
      constructor(network: Network, name: string, interfaceId: number, owner: string) {
        super(network, name, interfaceId);
        this.owner = owner;
      }
    }
    class MachineNetwork extends Network<Machine> {
      readonly #owner = 'me';
      protected override makeHost(name: string, interfaceId: number): Machine {
        return new Machine(this, name, interfaceId, this.#owner);
      }
    }
    const network = new MachineNetwork();
    onTestFinished(() => network.dispose());
    expect(network.testHost.owner).toBe('me');
    expect(network.host('web')).toBeInstanceOf(Machine);
  });
});

describe('environment', () => {
  it('puts a program on its host, with packets recorded', () => {
    const network = makeNetwork();
    expect(network.environment(network.host('web'))).toEqual({
      SOCKET_WRAPPER_DIR: network.directory,
      SOCKET_WRAPPER_IPV4_NETWORK: '10.53.57.0',
      SOCKET_WRAPPER_DEFAULT_IFACE: '11',
      SOCKET_WRAPPER_PCAP_FILE: join(network.directory, '.capture'),
    });
  });

  it('groups a started program and its descendants by a number', () => {
    const network = makeNetwork();
    expect(network.environment(network.testHost, { spawn: 3 })).toHaveProperty('SOCKET_WRAPPER_SPAWN', '3');
  });

  it('names no capture without one', () => {
    const network = makeNetwork({ capture: false });
    expect(network.captureFile).toBeUndefined();
    expect(network.environment(network.testHost)).not.toHaveProperty('SOCKET_WRAPPER_PCAP_FILE');
  });

  it('refuses the host of another network', () => {
    const network = makeNetwork();
    const other = makeNetwork();
    expect(() => network.environment(other.host('web'))).toThrow(
      expect.objectContaining({
        code: 'FOREIGN_HOST',
        message: `Host "web" belongs to network ${other.directory}, not to ${network.directory}`,
      }),
    );
  });

  it.each([0, -1, 1.5, 2 ** 32])('refuses spawn number %d', (spawn) => {
    const network = makeNetwork();
    const message = `${spawn} is not a spawn number: 1 to 4294967295 is needed`;
    expect(() => network.environment(network.testHost, { spawn })).toThrow(
      expect.objectContaining({ code: 'BAD_SPAWN_NUMBER', message }),
    );
  });
});

describe('sockets', () => {
  it('lists a socket while it is open, and not as a ghost once it is closed', async () => {
    const network = makeNetwork();
    network.host('web');
    const { server, inode } = await openUnixSocket(network);
    const local = { bytes: [10, 53, 57, 11], port: 80 };
    addSocket(stateOf(network), { inode, interfaceId: 11, flags: FLAG.bound | FLAG.listening, local });
    expect(network.sockets()).toEqual([
      expect.objectContaining({ host: 'web', state: 'listening', local: { address: '10.53.57.11', port: 80 } }),
    ]);

    server.close();
    await once(server, 'close');
    expect(network.sockets()).toEqual([]);
  });

  it('lists sockets by host and port, not by their places in the table', async () => {
    const network = makeNetwork();
    const { server, inode } = await openUnixSocket(network);
    onTestFinished(() => void server.close());
    for (const [slot, port] of [81, 9000, 80].entries()) {
      addSocket(stateOf(network), { slot, inode, local: { bytes: [10, 53, 57, 10], port } });
    }
    expect(network.sockets().map(({ local }) => local.port)).toEqual([80, 81, 9000]);
  });

  it('passes on what is wrong with a damaged state', () => {
    const network = makeNetwork();
    writeAt(stateOf(network), 0, Buffer.from('garbage!'));
    expect(() => network.sockets()).toThrow(expect.objectContaining({ code: 'STATE_BAD_MAGIC' }));
  });
});

describe('processes', () => {
  it('lists who has entered the network', () => {
    const network = makeNetwork();
    addProcess(stateOf(network), 1, 77, 2);
    expect(network.processes()).toEqual([{ pid: 77, spawn: 2 }]);
  });
});

describe('watch', () => {
  it('hears each ring of the doorbell until it is stopped', async () => {
    const network = makeNetwork();
    const rings = new EventEmitter();
    const stop = network.watch(() => rings.emit('ring'));
    for (let count = 1; count <= 3; count++) {
      const heard = once(rings, 'ring');
      ring(stateOf(network));
      await heard;
    }
    stop();
    stop();

    let isHeard = false;
    rings.on('ring', () => {
      isHeard = true;
    });
    const heardByAnother = new Promise<void>((resolve) => void network.watch(resolve));
    ring(stateOf(network));
    await heardByAnother;
    expect(isHeard).toBe(false);
  });

  it('says why it cannot watch', () => {
    const network = makeNetwork();
    rmSync(stateOf(network));
    const message = expect.stringContaining(`Cannot watch ${stateOf(network)}: ENOENT`);
    expect(() => network.watch(() => {})).toThrow(expect.objectContaining({ code: 'WATCH_FAILED', message }));
  });
});

describe('dispose', () => {
  it('removes the directory with all that programs have left in it', async () => {
    const network = makeNetwork();
    mkdirSync(join(network.directory, 'cache'));
    writeFileSync(join(network.directory, 'cache', 'x'), 'x');
    await openUnixSocket(network).then(({ server }) => onTestFinished(() => void server.close()));
    await network.dispose();
    expect(existsSync(network.directory)).toBe(false);
    expect(network.disposed).toBe(true);
  });

  it('runs the steps in reverse order, each after the one before, while the network is still there', async () => {
    const network = makeNetwork();
    const log: string[] = [];
    network.onDispose(() => void log.push(`first: ${existsSync(network.directory)}`));
    network.onDispose(async () => {
      await new Promise<void>((resolve) => setImmediate(resolve));
      log.push(`second: ${network.sockets().length} sockets`);
    });
    await network.dispose();
    expect(log).toEqual(['second: 0 sockets', 'first: true']);
  });

  it('goes on when steps fail, and tells of all of them', async () => {
    const network = new Network();
    const log: string[] = [];
    const [syncError, asyncError] = [new Error('sync'), new Error('async')];
    network.onDispose(() => void log.push('last'));
    network.onDispose(() => {
      throw syncError;
    });
    network.onDispose(() => Promise.reject(asyncError));
    await expect(network.dispose()).rejects.toMatchObject({
      name: 'AggregateError',
      message: `Cannot end network ${network.directory} cleanly: 2 steps failed`,
      errors: [asyncError, syncError],
    });
    expect(log).toEqual(['last']);
    expect(existsSync(network.directory)).toBe(false);
  });

  it('goes on without steps that never end after 2.5 s in all, with fake timers too', async () => {
    const network = new Network();
    const log: string[] = [];
    network.onDispose(() => void log.push('last'));
    network.onDispose(async () => void log.push('at once'));
    network.onDispose(() => new Promise(() => {}));
    network.onDispose(() => new Promise(() => {}));
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const start = hrtime.bigint();
    const timeout = {
      name: 'NetworkError',
      code: 'STEP_TIMEOUT',
      message: `A step at the end of network ${network.directory} did not finish: all steps together have 2500 ms`,
    };
    await expect(network.dispose()).rejects.toMatchObject({ errors: [timeout, timeout] });
    expect(Number(hrtime.bigint() - start) / 1e6).toBeGreaterThan(2400);
    expect(log).toEqual(['at once', 'last']);
    expect(existsSync(network.directory)).toBe(false);
  });

  it('happens once, however often it is asked for', async () => {
    const network = makeNetwork();
    let steps = 0;
    network.onDispose(() => void steps++);
    await Promise.all([network.dispose(), network.dispose(), network[Symbol.asyncDispose]()]);
    await network.dispose();
    expect(steps).toBe(1);
  });

  it('does not mind that the directory is gone', async () => {
    const network = makeNetwork();
    rmSync(network.directory, { recursive: true });
    await expect(network.dispose()).resolves.toBeUndefined();
  });

  it('is what `await using` does', async () => {
    let directory: string;
    {
      await using network = new Network();
      directory = network.directory;
      expect(existsSync(directory)).toBe(true);
    }
    expect(existsSync(directory)).toBe(false);
  });

  it('leaves a network that refuses with a clear error', async () => {
    const network = makeNetwork();
    await network.dispose();
    const refusals: [() => unknown, string][] = [
      [() => network.host('web'), 'give out host "web"'],
      [() => network.sockets(), 'list sockets'],
      [() => network.processes(), 'list processes'],
      [() => network.watch(() => {}), 'be watched'],
      [() => network.onDispose(() => {}), 'take on another step for its end'],
    ];
    for (const [use, action] of refusals) {
      const message = `Network ${network.directory} cannot ${action}: it has been disposed of`;
      expect(use).toThrow(expect.objectContaining({ name: 'NetworkError', code: 'DISPOSED', message }));
    }
  });
});
