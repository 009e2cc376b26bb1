import { execFile, execFileSync, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { createNetwork } from '../../src/index.js';
import { makeFolder, requireProgram } from '../support/programs.js';
import { inScope } from '../support/scopes.js';
import { httpServer, listening } from '../support/servers.js';

const run = promisify(execFile);
const SERVER = fileURLToPath(new URL('../programs/server.mjs', import.meta.url));

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

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

describe('code that outlives its test', () => {
  const outlived = () => inScope((_network, scope) => (work: () => unknown) => scope.run(work));

  it('starts no programs, and is told why', async () => {
    const outlive = await outlived();
    const ended = { name: 'ScopeError', code: 'SCOPE_ENDED', message: expect.stringContaining('has ended') };
    expect(await outlive(() => run('true').catch((error) => error))).toMatchObject(ended);
    expect(await outlive(() => once(spawn('true'), 'exit').catch((error) => error))).toMatchObject(ended);
    expect(await outlive(() => once(fork(SERVER), 'exit').catch((error) => error))).toMatchObject(ended);
    expect(outlive(() => errorOf(() => execFileSync('true')))).toMatchObject({ code: 'ENETDOWN' });
    expect(outlive(() => spawnSync('true').error)).toMatchObject({ code: 'ENETDOWN' });
  });

  it('starts programs on another network that it has made', async () => {
    const outlive = await outlived();
    await using network = createNetwork();
    const result = await outlive(() => network.host('box').run('printenv', ['SOCKET_WRAPPER_DIR']));
    expect(result).toMatchObject({ stdout: network.directory });
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

  it.each([
    ['', "require('node:dns').lookup"],
    [' that was taken out of the module', "(({ lookup }) => lookup)(require('node:dns'))"],
    [' as a promise', "require('node:util').callbackify(require('node:dns/promises').lookup)"],
  ])('looks up the names of the network%s', async (_how, lookup) => {
    const program = `
      const { parentPort, Worker, workerData } = require('node:worker_threads');
      ${lookup}('web', (error, found) => parentPort.postMessage(error?.message ?? found.address ?? found));
    `;
    const answer = async (options: WorkerOptions = {}) => {
      const worker = new Worker(program, { eval: true, ...options });
      const [message] = await once(worker, 'message');
      await worker.terminate();
      return message;
    };
    await inScope(async (network) => {
      const { ipv4 } = network.host('web');
      expect(await answer()).toBe(ipv4);
      expect(await answer({ execArgv: ['--no-warnings'] })).toBe(ipv4);
      expect(await network.host('web').within(() => answer({ env: {} }))).toBe(ipv4);
    });
    // Not ours: nobody has to answer it.
    expect(await answer()).toMatch(/^getaddrinfo /);
  });

  it('fetches by name, and so does a worker that it starts', async () => {
    const inner = `fetch('http://test/').then((answer) => answer.text())
      .then((text) => require('node:worker_threads').parentPort.postMessage(text))`;
    const outer = `const { parentPort, Worker } = require('node:worker_threads');
      new Worker(${JSON.stringify(inner)}, { eval: true, execArgv: [] }).on('message', (text) => parentPort.postMessage(text))`;
    await inScope(async () => {
      await using _server = await httpServer(80, (_request, response) => response.end('by name'));
      for (const program of [inner, outer]) {
        const worker = new Worker(program, { eval: true });
        expect(await once(worker, 'message')).toEqual(['by name']);
        await worker.terminate();
      }
    });
  });

  it('is started as its maker wants it', async () => {
    class Special extends Worker {}
    const show = `require('node:worker_threads').parentPort.postMessage(process.execArgv)`;
    await inScope(async () => {
      const worker = new Special(show, { eval: true, execArgv: ['--no-warnings'] });
      expect(worker).toBeInstanceOf(Special);
      expect(worker).toBeInstanceOf(Worker);
      expect(await once(worker, 'message')).toEqual([['--no-warnings']]);
      await worker.terminate();
      expect(() => new Worker(show, { eval: true, execArgv: ['--nonsense'] })).toThrow('--nonsense');
      expect(() => new Worker(show, { eval: true, execArgv: 'none' as never })).toThrow('execArgv');
    });
  });

  it('inherits the flags of a process that has some no thread can have', async () => {
    const program = fileURLToPath(new URL('../programs/worker.mjs', import.meta.url));
    const { stdout } = await run(process.execPath, [
      '--max-old-space-size=200',
      '--expose-gc',
      '--no-warnings',
      program,
    ]);
    expect(stdout).toBe('10.53.57.11\n');
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
