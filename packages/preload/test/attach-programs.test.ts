import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { makeFolder, requireProgram } from './support/programs.js';
import { inScope } from './support/scopes.js';
import { httpServer, listening } from './support/servers.js';

const run = promisify(execFile);

describe('a server in the test', () => {
  it('is reached by a program on another host', async (context) => {
    requireProgram('curl', context);
    await inScope(async (network) => {
      await using _server = await httpServer(80, ({ socket }, response) => response.end(socket.remoteAddress));
      const { stdout } = await network.host('laptop').run('curl', ['-s', 'http://test/']);
      expect(stdout).toBe('::ffff:10.53.57.11');
    });
  });

  it('answers through an nginx that passes requests on', async (context) => {
    requireProgram('nginx', context);
    await using folder = await makeFolder();
    const config = join(folder.path, 'nginx.conf');
    // The directory of a network is its owner's alone.
    const user = process.getuid?.() === 0 ? 'user root;' : '';
    await writeFile(
      config,
      `${user} daemon off; pid ${folder.path}/pid; error_log stderr; events {}
       http { access_log off; client_body_temp_path ${folder.path}; proxy_temp_path ${folder.path};
         fastcgi_temp_path ${folder.path}; uwsgi_temp_path ${folder.path}; scgi_temp_path ${folder.path};
         server { listen 80; location / { proxy_pass http://test:3000; } } }`,
    );
    await inScope(async (network) => {
      await using _server = await httpServer(3000, ({ headers, url }, response) =>
        response.end(`${headers.host}${url}`),
      );
      await network.host('web').spawn('nginx', ['-p', folder.path, '-c', config], { listening: 80 });
      expect(await (await fetch('http://web/path')).text()).toBe('test:3000/path');
    });
  });
});

describe('a program that the test starts by itself', () => {
  it('is on the network, as the test', async (context) => {
    requireProgram('curl', context);
    await inScope(async (network) => {
      await using _server = await httpServer(80, ({ socket }, response) => response.end(socket.remoteAddress));
      expect((await run('curl', ['-s', 'http://test/'])).stdout).toBe('::ffff:10.53.57.10');
      const bare = await run('/usr/bin/env', ['curl', '-s', 'http://test/'], { env: { PATH: process.env.PATH } });
      expect(bare.stdout).toBe('::ffff:10.53.57.10');
      const { stdout } = await network.host('web').within(() => run('curl', ['-s', 'http://test/']));
      expect(stdout).toBe('::ffff:10.53.57.11');
    });
  });

  it('is not on it outside of scopes', async () => {
    await inScope(() => {});
    expect((await run('env')).stdout).not.toContain('SOCKET_WRAPPER_DIR');
  });
});

describe('a worker thread', () => {
  const connectInWorker = `
    const { parentPort } = require('node:worker_threads');
    const socket = require('node:net').connect(80, '10.53.57.10');
    socket.on('data', (data) => parentPort.postMessage(String(data)));
    socket.on('error', (error) => parentPort.postMessage(error.code));
  `;

  it('is on the network of the code that starts it', async () => {
    await inScope(async (network) => {
      await using _server = await listening(
        createServer((socket) => socket.end(`${socket.remoteAddress}`)),
        80,
      );
      const answer = async () => {
        const worker = new Worker(connectInWorker, { eval: true });
        const [message] = await once(worker, 'message');
        await worker.terminate();
        return message;
      };
      expect(await answer()).toBe('::ffff:10.53.57.10');
      expect(await network.host('web').within(answer)).toBe('::ffff:10.53.57.11');
    });
  });

  it('has no network any more once that has ended', async () => {
    const worker = await inScope(
      () =>
        new Worker(`require('node:worker_threads').parentPort.once('message', () => {${connectInWorker}})`, {
          eval: true,
        }),
    );
    worker.postMessage('now');
    const [message] = await once(worker, 'message');
    expect(message).toBe('ENETDOWN');
    await worker.terminate();
  });
});
