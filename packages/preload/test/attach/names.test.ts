import { createSocket } from 'node:dgram';
import dns, { lookup as importedLookup, promises } from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ProgramNetwork } from '../../src/index.js';
import { inScope } from '../support/scopes.js';

// Before any test has a network, as by a module that is loaded early.
const early = { lookup: dns.lookup, lookupService: dns.lookupService, resolve4: promises.resolve4 };

const WEB = { ipv4: '10.53.57.11', ipv6: 'fd00::5357:5f0b' };

/** Runs `body` on a network that has a host called web. */
function withWeb<T>(body: (network: ProgramNetwork) => T) {
  return inScope((network) => {
    network.host('web');
    return body(network);
  });
}

/** What a function with a callback passes to it. */
function calledBack(start: (callback: (...values: unknown[]) => void) => unknown): Promise<unknown[]> {
  return new Promise((resolve) => start((...values) => resolve(values)));
}

/** A resolver that asks the server at `address`, and asks again soon. */
function resolverOf(address: string): promises.Resolver {
  const resolver = new promises.Resolver({ timeout: 50, tries: 10 });
  resolver.setServers([address]);
  return resolver;
}

/** The question again, as an answer with one address: 192.0.2.7, for a minute. */
function answerTo(query: Buffer): Buffer {
  const record = Buffer.from('c00c000100010000003c0004c0000207', 'hex');
  const answer = Buffer.concat([query.subarray(0, 12 + query.subarray(12).indexOf(0) + 5), record]);
  answer.writeUInt16BE(0x8180, 2);
  answer.writeUInt16BE(1, 6);
  answer.writeUInt16BE(0, 10);
  return answer;
}

describe('dns on a network', () => {
  it('notes once that nobody has a name that was asked for', async () => {
    const ask = async (network: ProgramNetwork) => {
      network.host('web');
      await promises.lookup('wbe').catch(() => {});
      await promises.lookup('wbe').catch(() => {});
      await promises.resolve4('example.org').catch(() => {});
      await promises.resolveMx('web').catch(() => {});
      await network
        .host('db')
        .within(() => promises.lookup('wbe.'))
        .catch(() => {});
      const lines = network.capture.text().split('\n');
      return lines.filter((line) => line.includes('looked up')).map((line) => line.replace(/^.*? ms +/, ''));
    };
    expect(await inScope(ask, { capture: 'retain-on-failure' })).toEqual([
      'test: looked up "wbe": no such host, only test, web and db',
      'test: looked up "example.org": no such host, only test, web and db',
      'db: looked up "wbe.": no such host, only test, web and db',
    ]);
  });

  it('looks a host up in every form of the call', async () => {
    await withWeb(async () => {
      expect(await calledBack((done) => dns.lookup('web', done))).toEqual([null, WEB.ipv4, 4]);
      expect(await calledBack((done) => dns.lookup('WEB.', 6, done))).toEqual([null, WEB.ipv6, 6]);
      expect(await calledBack((done) => importedLookup('web', { family: 'IPv6' }, done))).toEqual([null, WEB.ipv6, 6]);
      const all = [
        { address: WEB.ipv4, family: 4 },
        { address: WEB.ipv6, family: 6 },
      ];
      expect(await calledBack((done) => dns.lookup('web', { all: true }, done))).toEqual([null, all]);
      expect(await promises.lookup('web')).toEqual(all[0]);
      expect(await promises.lookup('web', { all: true, verbatim: true })).toEqual(all);
      expect(await promisify(dns.lookup)('web', 4)).toEqual(all[0]);
    });
  });

  it('answers functions that were taken out of the module before there was one', async () => {
    await withWeb(async () => {
      expect(await calledBack((done) => early.lookup('web', done))).toEqual([null, WEB.ipv4, 4]);
      expect(await promisify(early.lookup)('web', 6)).toEqual({ address: WEB.ipv6, family: 6 });
      const options = { all: true, order: 'ipv6first' } as const;
      expect(await calledBack((done) => early.lookup('web', options, done))).toEqual([
        null,
        [
          { address: WEB.ipv6, family: 6 },
          { address: WEB.ipv4, family: 4 },
        ],
      ]);
      expect((await calledBack((done) => early.lookup('nobody', done)))[0]).toMatchObject({
        code: 'ENOTFOUND',
        message: 'getaddrinfo ENOTFOUND nobody',
      });
      expect(await calledBack((done) => early.lookupService(WEB.ipv4, 80, done))).toEqual([null, 'web', 'http']);
      expect(await early.resolve4('web')).toEqual([WEB.ipv4]);
    });
    expect(await calledBack((done) => early.lookup('localhost', 4, done))).toEqual([null, '127.0.0.1', 4]);
  });

  it('knows itself, localhost and addresses', async () => {
    await withWeb(async () => {
      expect(await promises.lookup('test')).toEqual({ address: '10.53.57.10', family: 4 });
      expect(await promises.lookup('localhost', 4)).toEqual({ address: '127.0.0.1', family: 4 });
      expect(await promises.lookup('192.0.2.1')).toEqual({ address: '192.0.2.1', family: 4 });
      expect(await promises.lookup('::1')).toEqual({ address: '::1', family: 6 });
    });
  });

  it('says of an unknown name what Node.js says', async () => {
    const error = { code: 'ENOTFOUND', errno: -3008, syscall: 'getaddrinfo', hostname: 'nobody' };
    await withWeb(async () => {
      await expect(promises.lookup('nobody')).rejects.toMatchObject({
        ...error,
        message: 'getaddrinfo ENOTFOUND nobody',
      });
      expect((await calledBack((done) => dns.lookup('nobody', done)))[0]).toMatchObject(error);
    });
  });

  it('leaves wrong arguments to Node.js', async () => {
    await withWeb(async () => {
      expect(() => dns.lookup('web', undefined as never)).toThrow('The "callback" argument must be of type function');
      expect(() => dns.lookup('web', 5, () => {})).toThrow('must be one of: 0, 4, 6. Received 5');
      expect(() => promises.lookup('web', (() => {}) as never)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
      );
      // No name is an answer until Node.js 26, and an error from then on.
      const nothing = (done: () => void) => dns.lookup('' as string, done);
      if (Number(process.versions.node.split('.')[0]) >= 26) {
        expect(() => nothing(() => {})).toThrow("The argument 'hostname' must be a non-empty string");
      } else {
        expect(await calledBack(nothing)).toEqual([null, null, 4]);
      }
    });
  });

  it('resolves addresses, and has no other records', async () => {
    await withWeb(async () => {
      expect(await calledBack((done) => dns.resolve4('web', done))).toEqual([null, [WEB.ipv4]]);
      expect(await promises.resolve6('web')).toEqual([WEB.ipv6]);
      expect(await promises.resolve('web')).toEqual([WEB.ipv4]);
      expect(await promises.resolve('web', 'AAAA')).toEqual([WEB.ipv6]);
      expect(await promises.resolve4('web', { ttl: true })).toEqual([{ address: WEB.ipv4, ttl: 0 }]);
      expect(await new promises.Resolver().resolve4('web')).toEqual([WEB.ipv4]);
      await expect(promises.resolveMx('web')).rejects.toMatchObject({
        code: 'ENODATA',
        message: 'queryMx ENODATA web',
      });
      await expect(promises.resolve4('nobody')).rejects.toMatchObject({ message: 'queryA ENOTFOUND nobody' });
    });
  });

  it('finds the name of an address', async () => {
    await withWeb(async () => {
      expect(await promises.reverse(WEB.ipv4)).toEqual(['web']);
      expect(await promises.reverse(WEB.ipv6)).toEqual(['web']);
      expect(await promises.resolvePtr('11.57.53.10.in-addr.arpa')).toEqual(['web']);
      expect(await calledBack((done) => dns.lookupService(WEB.ipv4, 80, done))).toEqual([null, 'web', 'http']);
      expect(await promises.lookupService(WEB.ipv4, 443)).toEqual({ hostname: 'web', service: 'https' });
      await expect(promises.reverse('10.53.57.200')).rejects.toMatchObject({
        code: 'ENOTFOUND',
        syscall: 'getHostByAddr',
      });
    });
  });

  it('asks a server on the network, when a resolver is told to', async () => {
    await withWeb(async () => {
      const server = createSocket('udp4');
      server.on('message', (query, { address, port }) => server.send(answerTo(query), port, address));
      server.bind(53);
      await once(server, 'listening');
      expect(await resolverOf('10.53.57.10').resolve4('example.com')).toEqual(['192.0.2.7']);
      server.close();
    });
  });

  it('asks such a server again when it does not answer', async () => {
    await withWeb(async () => {
      const server = createSocket('udp4');
      const senders = new Set<string>();
      server.on('message', (query, { address, port }) => {
        senders.add(address);
        if (++asked > 1) server.send(answerTo(query), port, address);
      });
      let asked = 0;
      server.bind(53);
      await once(server, 'listening');
      expect(await resolverOf('10.53.57.10').resolve4('example.com')).toEqual(['192.0.2.7']);
      expect([...senders]).toEqual(['10.53.57.10']);
      expect(asked).toBeGreaterThan(1);
      server.close();
    });
  });

  it('asks such a server over TCP when the answer is too long', async () => {
    await withWeb(async () => {
      const overUdp = createSocket('udp4');
      overUdp.on('message', (query, { address, port }) => {
        const truncated = answerTo(query);
        truncated.writeUInt16BE(0x8380, 2);
        overUdp.send(truncated, port, address);
      });
      overUdp.bind(53);
      const overTcp = createServer((socket) =>
        socket.once('data', (data) => {
          const answer = answerTo(data.subarray(2));
          const length = Buffer.alloc(2);
          length.writeUInt16BE(answer.length);
          socket.end(Buffer.concat([length, answer]));
        }),
      ).listen(53);
      await Promise.all([once(overUdp, 'listening'), once(overTcp, 'listening')]);
      expect(await resolverOf('10.53.57.10').resolve4('example.com')).toEqual(['192.0.2.7']);
      overUdp.close();
      overTcp.close();
    });
  });

  it('is left alone outside', async () => {
    await withWeb(() => {});
    await expect(promises.lookup('web.invalid')).rejects.toMatchObject({ syscall: 'getaddrinfo' });
    expect(await promises.lookup('127.0.0.1')).toEqual({ address: '127.0.0.1', family: 4 });
  });
});
