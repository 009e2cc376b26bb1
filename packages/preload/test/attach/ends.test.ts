import dns from 'node:dns';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type net from 'node:net';
import { connect, createServer, Socket } from 'node:net';
import tls from 'node:tls';
import vm from 'node:vm';
import { describe, expect, it, type TestContext } from 'vitest';
import { endConnection } from '../../src/attach/end-connection.js';
import { makeCertificate } from '../support/certificate.js';
import { makeFolder, requireProgram } from '../support/programs.js';
import { inScope } from '../support/scopes.js';

/** What a lookup says that the end of `server` starts. */
function errorOfLookup(server: net.Server): Promise<Error | null> {
  return new Promise((resolve) => server.once('close', () => dns.lookup('localhost', resolve)));
}

/** The text of the next warning with this code. */
function nextWarning(code: string): Promise<string> {
  return new Promise((resolve) => {
    const listener = (warning: Error & { code?: string }) => {
      if (warning.code !== code) return;
      process.off('warning', listener);
      resolve(warning.message);
    };
    process.on('warning', listener);
  });
}

const HAS_ENDED = /^Test "test \d+" has ended, and its network with it/;
const ENDED = { code: 'SCOPE_ENDED', message: expect.stringMatching(HAS_ENDED) };

/** Like the pools and clients of databases: emits what happens to its connection as an error of its own. */
class Client extends EventEmitter {
  readonly socket: Socket;
  constructor(socket: Socket) {
    super();
    this.socket = socket;
    this.socket.on('close', () => this.emit('error', new Error('Connection terminated unexpectedly')));
  }
}

async function silentServer(port: number): Promise<net.Server> {
  const server = createServer(() => {}).listen(port);
  await once(server, 'listening');
  return server;
}

/** A key and a certificate of the host `test`. */
async function certificateFor(context: TestContext): Promise<{ readonly key: Buffer; readonly cert: Buffer }> {
  requireProgram('openssl', context);
  await using folder = await makeFolder();
  const { key, certificate } = await makeCertificate(folder.path, 'test');
  return { key: readFileSync(key), cert: readFileSync(certificate) };
}

describe('the end of a test', () => {
  it('is why a fetch() is cut off that nobody has waited for', async () => {
    const cut = await inScope(async () => {
      const server = await silentServer(80);
      const answer = fetch('http://test/').catch((error: Error) => error.cause);
      await once(server, 'connection');
      return { answer };
    });
    expect(await cut.answer).toMatchObject(ENDED);
  });

  it('is why the body of an answer is cut off', async () => {
    const cut = await inScope(async () => {
      http.createServer((_request, response) => response.write('a')).listen(80);
      const response = await fetch('http://test/');
      return { body: response.text().catch((error: Error) => error.cause) };
    });
    expect(await cut.body).toMatchObject(ENDED);
  });

  it('is why a request of http is cut off', async () => {
    const cut = await inScope(async () => {
      const server = await silentServer(80);
      const request = http.get('http://test/');
      await once(server, 'connection');
      return { error: once(request, 'error') };
    });
    expect(await cut.error).toEqual([expect.objectContaining(ENDED)]);
  });

  it('warns of a client that reports its lost connection to nobody, and goes on', async () => {
    const warning = nextWarning('UNHEARD_ERROR');
    await inScope(async () => {
      const server = await silentServer(5432);
      const { socket } = new Client(connect(5432, 'test'));
      await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
    });
    expect(await warning).toMatch(
      /^Test "test \d+" has ended, and closed a connection to 10\.53\.57\.10:5432, opened at .*ends\.test\.ts.*\. Its client reports "Connection terminated unexpectedly" as an error that nobody listens to$/,
    );
  });

  it('warns of a client likewise that speaks TLS over a connection it has made itself', async (context) => {
    const certificate = await certificateFor(context);
    const warning = nextWarning('UNHEARD_ERROR');
    await inScope(async () => {
      const server = tls.createServer(certificate).listen(5432);
      await once(server, 'listening');
      const socket = connect(5432, 'test');
      await once(socket, 'connect');
      const client = new Client(tls.connect({ socket, ca: certificate.cert, servername: 'test' }));
      await once(client.socket, 'secureConnect');
    });
    expect(await warning).toMatch(
      /^Test "test \d+" has ended, and closed a connection to 10\.53\.57\.10:5432, opened at .*ends\.test\.ts.*\. Its client reports "Connection terminated unexpectedly" as an error that nobody listens to$/,
    );
  });

  it('warns of a client that listens to the connection under its TLS', async (context) => {
    const certificate = await certificateFor(context);
    const warning = nextWarning('UNHEARD_ERROR');
    await inScope(async () => {
      const server = tls.createServer(certificate).listen(5432);
      await once(server, 'listening');
      const { socket } = new Client(connect(5432, 'test'));
      await once(socket, 'connect');
      await once(tls.connect({ socket, ca: certificate.cert, servername: 'test' }), 'secureConnect');
    });
    expect(await warning).toContain('Its client reports "Connection terminated unexpectedly"');
  });

  it('is why a request of https is cut off that goes over such a connection', async (context) => {
    const certificate = await certificateFor(context);
    const cut = await inScope(async () => {
      const server = https.createServer(certificate, () => {}).listen(443);
      await once(server, 'listening');
      const socket = connect(443, 'test');
      await once(socket, 'connect');
      const createConnection = () => tls.connect({ socket, ca: certificate.cert, servername: 'test' });
      const request = https.get('https://test/', { createConnection });
      await once(server, 'request');
      return { error: once(request, 'error') };
    });
    expect(await cut.error).toEqual([expect.objectContaining(ENDED)]);
  });

  it('ends a session of HTTP/2 that listens to no errors', async () => {
    const closed = await inScope(async () => {
      const server = http2.createServer().listen(80);
      await once(server, 'listening');
      const session = http2.connect('http://test');
      const stream = session.request({ ':path': '/' });
      stream.on('error', () => {});
      await once(server, 'stream');
      return { session: once(session, 'close') };
    });
    expect(await closed.session).toEqual([]);
  });

  it('calls listeners as the code that has outlived it, whoever ends it', async () => {
    const ended = await inScope(async (network) => {
      const servers = [await silentServer(80), await network.host('web').within(() => silentServer(80))];
      return { lookups: servers.map((server) => errorOfLookup(server)) };
    });
    expect(await Promise.all(ended.lookups)).toEqual([expect.objectContaining(ENDED), expect.objectContaining(ENDED)]);
  });

  it('warns of a connection that code makes afterwards and listens to no errors of', async () => {
    const warning = nextWarning('UNHEARD_ERROR');
    await inScope(async () => {
      const server = await silentServer(80);
      server.once('close', () => connect(80, 'test'));
    });
    expect(await warning).toMatch(
      /^Test "test \d+" has ended, .*\. Its client reports this as an error that nobody listens to$/,
    );
  });

  it('says of such a connection what its client makes of that', async () => {
    const warning = nextWarning('UNHEARD_ERROR');
    await inScope(async () => {
      const server = await silentServer(80);
      server.once('close', () => new Client(connect(80, 'test').on('error', () => {})));
    });
    expect(await warning).toMatch(HAS_ENDED);
    expect(await warning).toMatch(
      /\. Its client reports "Connection terminated unexpectedly" as an error that nobody listens to$/,
    );
  });
});

describe('ending a connection', () => {
  it('leaves it to the process what a listener throws', () => {
    const socket = new Socket();
    socket.on('looked', () => {
      throw new Error('not as expected');
    });
    endConnection(socket, undefined, () => {});
    expect(() => socket.emit('looked')).toThrow('not as expected');
  });

  it('takes errors of another global object, too, for what they are', () => {
    const unheard: Error[] = [];
    const socket = new Socket();
    socket.on('looked', () => new EventEmitter().emit('error', vm.runInNewContext('new Error("terminated")')));
    endConnection(socket, undefined, (error) => unheard.push(error));
    expect(socket.emit('looked')).toBe(true);
    expect(unheard.map(String)).toEqual([expect.stringContaining('terminated')]);
  });
});
