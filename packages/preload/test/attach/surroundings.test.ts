import { execFile } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import net, { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import vm from 'node:vm';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { installedCopy } from '../support/installed-copy.js';
import { makeFolder } from '../support/programs.js';
import { inScope, leftOpen } from '../support/scopes.js';
import { echoServer, httpServer } from '../support/servers.js';

const run = promisify(execFile);
const ATTACHED = fileURLToPath(new URL('../programs/attached.mjs', import.meta.url));
const LATE_MODULES = fileURLToPath(new URL('../programs/late-modules.mjs', import.meta.url));

const fetchText = async (url: string) => (await fetch(url)).text();

describe('a test that leaves its timers faked', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['those that Vitest fakes by itself', {}],
    ['all but nextTick', { toFake: ['setTimeout', 'setImmediate', 'Date', 'performance', 'hrtime', 'queueMicrotask'] }],
  ] as const)('serves, looks up, starts programs and ends: %s', async (_which, config) => {
    using warnings = leftOpen();
    await inScope(async (network) => {
      vi.useFakeTimers('toFake' in config ? { toFake: [...config.toFake] } : {});
      await using _server = await echoServer(7);
      const client = connect(7, 'test');
      client.write('here');
      expect(String(await once(client, 'data'))).toBe('here');
      expect((await dns.promises.lookup('test')).address).toBe('10.53.57.10');
      const { stdout } = await network.host('laptop').run('hostname');
      expect(stdout).toBe('laptop');
    });
    await new Promise((resolve) => process.nextTick(resolve));
    expect(warnings.messages).toEqual([]);
  });

  it('ends, and is warned of what it left open', async () => {
    using warnings = leftOpen();
    await inScope(async () => {
      vi.useFakeTimers();
      // It is given the time to close by itself, which no fake clock may keep from passing.
      const server = createServer().listen(7);
      await once(server, 'listening');
      await once(connect(7, 'test'), 'connect');
    });
    await new Promise((resolve) => process.nextTick(resolve));
    expect(warnings.messages).toEqual([expect.stringContaining('2 sockets')]);
  });

  it('looks up names while nextTick is a clock as well', async () => {
    await inScope(async () => {
      // Vitest fakes it in threads only.
      const clock = vi.spyOn(process, 'nextTick').mockImplementation(() => {});
      const lookup = dns.promises.lookup('test');
      clock.mockRestore();
      expect((await lookup).address).toBe('10.53.57.10');
    });
  });
});

describe('a test that loads modules of Node.js itself', () => {
  it.each(['import', 'require'])('gets them as its network has them, and the inspector outside: %s', async (way) => {
    const { stdout } = await run(process.execPath, [LATE_MODULES, way]);
    expect(JSON.parse(stdout)).toEqual({
      address: '10.53.57.10',
      ofWorker: '10.53.57.10',
      debugger: `node.js/${process.version}`,
      pools: [expect.stringMatching(/^test:443::+$/), expect.stringMatching(/^test:443::network \d+ host 11:/)],
      warnings: ['LEFT_OPEN'],
    });
  });
});

describe('a vm context', () => {
  it('is on the network of the code that calls into it', async () => {
    const context = vm.createContext({ net, fetch, console });
    const dial = vm.runInContext('() => net.connect(7, "test")', context) as () => net.Socket;
    const ask = vm.runInContext('async (url) => (await fetch(url)).text()', context) as typeof fetchText;
    const answers = await Promise.all(
      ['one', 'two'].map((name) =>
        inScope(async () => {
          await using _echo = await echoServer(7);
          await using _server = await httpServer(80, (_request, response) => response.end(name));
          const socket = dial();
          socket.end(name);
          const [data] = await once(socket, 'data');
          await once(socket, 'close');
          return [String(data), await ask('http://test/')];
        }),
      ),
    );
    expect(answers).toEqual([
      ['one', 'one'],
      ['two', 'two'],
    ]);
  });
});

describe('a worker thread', () => {
  it('serves the test that started it, on a port that each test has', async () => {
    const program = `
      const { parentPort, workerData } = require('node:worker_threads');
      const server = require('node:http').createServer((_request, response) => response.end(workerData));
      server.listen(80, () => parentPort.postMessage('listening'));
    `;
    const serve = async (name: string) => {
      const worker = new Worker(program, { eval: true, workerData: name });
      await once(worker, 'message');
      const answer = await fetchText('http://test/');
      await worker.terminate();
      return answer;
    };
    const names = ['one', 'two', 'three'];
    expect(await Promise.all(names.map((name) => inScope(() => serve(name))))).toEqual(names);
  });
});

describe('two copies of the package in one process', () => {
  it('have networks of their own, and see the scopes of each other', async () => {
    await using folder = await makeFolder();
    const folders = await Promise.all(['a', 'b'].map((name) => installedCopy(join(folder.path, name))));
    const copies = folders.map((copy) => pathToFileURL(join(copy, 'dist/index.js')).href);
    const program = `
      import { once } from 'node:events';
      import { createServer } from 'node:net';
      const copies = await Promise.all(${JSON.stringify(copies)}.map((url) => import(url)));
      const ask = async (name) => {
        const server = createServer((socket) => socket.end(name)).listen(80);
        await once(server, 'listening');
        const socket = (await import('node:net')).connect(80, 'test');
        const [data] = await once(socket, 'data');
        server.close();
        return String(data);
      };
      const inScopeOf = async ({ openScope }, name) => {
        const scope = openScope({ file: 'copies', fullName: name, attempt: 0 }, { capture: 'off' });
        const answer = await scope.run(async () => {
          const seen = copies.map(({ currentScope }) => currentScope()?.identity.fullName);
          return [await ask(name), ...seen].join(' ');
        });
        await scope.end('passed');
        return answer;
      };
      console.log(copies[0].openScope === copies[1].openScope);
      console.log(await Promise.all(copies.map((copy, index) => inScopeOf(copy, 'test' + index))));
    `;
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program]);
    expect(stdout).toBe("false\n[ 'test0 test0 test0', 'test1 test1 test1' ]\n");
  });
});

describe('the permission model', () => {
  it('lets a test be on its network when addons are allowed', async () => {
    const model = process.allowedNodeEnvironmentFlags.has('--permission')
      ? '--permission'
      : '--experimental-permission';
    const flags = [model, '--allow-addons', '--allow-fs-read=*', '--allow-fs-write=*', '--allow-child-process'];
    // From Node.js 25 on, sockets are a permission too.
    if (process.allowedNodeEnvironmentFlags.has('--allow-net')) flags.push('--allow-net');
    const { stdout, stderr } = await run(process.execPath, [...flags, ATTACHED]);
    expect(stderr).not.toContain('SocketWrapperWarning');
    expect(stdout).toBe('::ffff:10.53.57.10\n10.53.57.10 10.53.57.10\n');
  });
});

describe('a Node.js that was started with --no-deprecation', () => {
  it('is on networks, and looks up their names', async () => {
    const { stdout, stderr } = await run(process.execPath, ['--no-deprecation', ATTACHED]);
    expect([stdout, stderr]).toEqual(['::ffff:10.53.57.10\n10.53.57.10 10.53.57.10\n', '']);
  });
});
