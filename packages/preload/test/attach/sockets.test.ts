import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { makeFolder, requireProgram } from '../support/programs.js';
import { inScope, leftOpen } from '../support/scopes.js';
import { echoServer, httpServer, listening } from '../support/servers.js';

const whoCalls: http.RequestListener = (request, response) => {
  response.end(`${request.socket.remoteAddress} to ${request.socket.localAddress}:${request.socket.localPort}`);
};

async function get(request: http.ClientRequest): Promise<string> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return text(response);
}

/** A key and a certificate for the host `test`. */
function makeCertificate(folder: string): { key: Buffer; cert: Buffer } {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = ['-subj', '/CN=test', '-addext', 'subjectAltName=DNS:test'];
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', [...args, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

describe('the code of a test, on its network', () => {
  it('serves and fetches on port 80, as the host test', async () => {
    await inScope(async () => {
      await using server = await httpServer(80, whoCalls);
      expect(server.address()).toEqual({ address: '::', family: 'IPv6', port: 80 });
      for (const host of ['test', '10.53.57.10']) {
        const answer = await (await fetch(`http://${host}/`)).text();
        expect(answer).toBe('::ffff:10.53.57.10 to ::ffff:10.53.57.10:80');
      }
      expect(await (await fetch('http://[fd00::5357:5f0a]/')).text()).toBe('fd00::5357:5f0a to fd00::5357:5f0a:80');
      expect(await (await fetch('http://127.0.0.1/')).text()).toBe('::ffff:127.0.0.1 to ::ffff:127.0.0.1:80');
    });
  });

  it('uses http with agents of its own and the global one', async () => {
    await inScope(async () => {
      await using _server = await httpServer(80, whoCalls);
      const expected = '::ffff:10.53.57.10 to ::ffff:10.53.57.10:80';
      expect(await get(http.get('http://test/'))).toBe(expected);
      const agent = new http.Agent({ keepAlive: true });
      for (let i = 0; i < 3; i++) expect(await get(http.get('http://test/', { agent }))).toBe(expected);
      agent.destroy();
    });
  });

  it('uses https, by the name in the certificate', async (context) => {
    requireProgram('openssl', context);
    await using folder = await makeFolder();
    const { key, cert } = makeCertificate(folder.path);
    await inScope(async () => {
      await using _server = await listening(https.createServer({ key, cert }, whoCalls), 443);
      expect(await get(https.get('https://test/', { ca: cert }))).toBe('::ffff:10.53.57.10 to ::ffff:10.53.57.10:443');
    });
  });

  it('uses http2', async () => {
    await inScope(async () => {
      const server = http2.createServer((_request, response) => response.end('over http2'));
      await using _server = await listening(server, 80);
      const session = http2.connect('http://test');
      const request = session.request({ ':path': '/' });
      expect(await text(request)).toBe('over http2');
      session.close();
      await once(session, 'close');
    });
  });

  it('gets 64 MiB back from an echo, with backpressure', async () => {
    await inScope(async () => {
      await using _server = await echoServer(7);
      const socket = connect(7, 'test');
      const received = createHash('sha256');
      const sent = createHash('sha256');
      let length = 0;
      socket.on('data', (chunk: Buffer) => {
        received.update(chunk);
        length += chunk.length;
      });
      for (let i = 0; i < 64; i++) {
        const chunk = Buffer.alloc(1024 * 1024, i);
        sent.update(chunk);
        if (!socket.write(chunk)) await once(socket, 'drain');
      }
      socket.end();
      await once(socket, 'end');
      expect(length).toBe(64 * 1024 * 1024);
      expect(received.digest('hex')).toBe(sent.digest('hex'));
    });
  });

  it('sends and receives datagrams', async () => {
    await inScope(async () => {
      const [server, client] = [createSocket('udp4'), createSocket('udp4')];
      server.bind(53);
      await once(server, 'listening');
      expect(server.address()).toEqual({ address: '0.0.0.0', family: 'IPv4', port: 53 });
      client.send('ping', 53, 'test');
      const [message, sender] = (await once(server, 'message')) as [Buffer, { address: string; port: number }];
      expect([String(message), sender.address]).toEqual(['ping', '10.53.57.10']);
      server.send('pong', sender.port, sender.address);
      const [answer] = (await once(client, 'message')) as [Buffer];
      expect(String(answer)).toBe('pong');
      server.close();
      client.close();
    });
  });

  it('is refused by a port that nobody serves, and cannot take one that is taken', async () => {
    await inScope(async () => {
      const [refused] = await once(connect(81, '10.53.57.10'), 'error').catch((error) => [error]);
      expect(refused).toMatchObject({ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 10.53.57.10:81' });
      await using _server = await httpServer(80, whoCalls);
      const taken = await httpServer(80, whoCalls).catch((error) => error);
      expect(taken).toMatchObject({ code: 'EADDRINUSE', message: 'listen EADDRINUSE: address already in use :::80' });
    });
  });

  it('cannot reach a real server of the machine', async () => {
    await using real = await listening(http.createServer(whoCalls), 0, '127.0.0.1');
    const { port } = real.address() as { port: number };
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe(`127.0.0.1 to 127.0.0.1:${port}`);
    await inScope(async () => {
      const error = (await fetch(`http://127.0.0.1:${port}/`).catch(({ cause }) => cause)) as { code: string };
      expect(error.code).toBe('ECONNREFUSED');
    });
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe(`127.0.0.1 to 127.0.0.1:${port}`);
  });

  it('shows its own sockets on the network', async () => {
    await inScope(async (network) => {
      await using _server = await httpServer(8080, whoCalls);
      const [socket] = network.sockets();
      expect(socket).toMatchObject({ state: 'listening', pid: process.pid, local: { port: 8080 } });
    });
  });

  it('leaves Unix sockets alone', async () => {
    await using folder = await makeFolder();
    await inScope(async () => {
      const path = join(folder.path, 'socket');
      const server = http.createServer((_request, response) => response.end('by path'));
      server.listen(path);
      await once(server, 'listening');
      expect(await get(http.get({ socketPath: path, path: '/' }))).toBe('by path');
      server.close();
      server.closeAllConnections();
    });
  });

  it('leaves nothing open that a warning would have to name, when it closes what it opened', async () => {
    using warnings = leftOpen();
    await inScope(async () => {
      await using _server = await httpServer(80, whoCalls);
      await (await fetch('http://test/')).text();
      await get(http.get('http://test/'));
    });
    // Warnings come in a later tick.
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings.messages).toEqual([]);
  });
});
