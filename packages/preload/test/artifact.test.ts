import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer, get } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { type Artifact, networkMatchers, readSidecar } from '@socket-wrapper/core';
import { describe, expect, it, type TestContext } from 'vitest';
import { type OpenScopeOptions, openScope, type ProgramNetwork } from '../src/index.js';
import { makeCertificate } from './support/certificate.js';
import { makeFolder, requireProgram } from './support/programs.js';

const run = promisify(execFile);

/** A web server whose steps its standard error tells; it says on which process it runs. */
const SERVER = `
  const server = require('node:http').createServer((request, response) => {
    console.log('asked for ' + request.url);
    console.error('warning: ' + request.headers.authorization);
    response.end('hello');
  });
  server.listen(80);
`;

/** What is left of a test that fails after `use`. */
async function failedTest(
  folder: string,
  use: (network: ProgramNetwork) => Promise<unknown>,
  options: OpenScopeOptions = {},
): Promise<Artifact> {
  const identity = { file: join(folder, 'web.test.ts'), fullName: 'web > serves', attempt: 0, line: 7 };
  const scope = openScope(identity, { rootDir: folder, ...options });
  await scope.run(() => use(scope.network));
  const artifact = await scope.end('failed', { error: new Error('expected 200 to be 500\n\n- 500\n+ 200') });
  if (artifact === undefined) throw new Error('nothing was kept');
  return artifact;
}

async function tshark(file: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('tshark', ['-r', file, ...args], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

/** One row for each frame that `filter` shows. */
async function rowsOf(file: string, filter: string, fields: readonly string[]): Promise<string[][]> {
  const rows = await tshark(file, '-Y', filter, '-T', 'fields', ...fields.flatMap((field) => ['-e', field]));
  return rows.split('\n').flatMap((row) => (row === '' ? [] : [row.split('\t')]));
}

async function serving(network: ProgramNetwork) {
  return await network.host('web').spawn('node', ['-e', SERVER], { listening: 80 });
}

/** Resolves once something listens on `port`. */
async function listening(network: ProgramNetwork, port: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = () => {
      if (!network.sockets().some(({ local, state }) => local.port === port && state === 'listening')) return;
      stop();
      resolve();
    };
    const stop = network.watch(look);
    look();
  });
}

describe('the artifact of a failed test', () => {
  it('shows what programs wrote, the steps of the test and its failure between the packets', async (test: TestContext) => {
    requireProgram('tshark', test);
    await using folder = await makeFolder();
    const pids: number[] = [];
    const artifact = await failedTest(folder.path, async (network) => {
      pids.push((await serving(network)).pid);
      await network.step('client asks for /users', () =>
        network.host('laptop').run('curl', ['-s', 'http://web/users']),
      );
      network.step('all is said');
    });
    const rows = await rowsOf(artifact.path, 'systemd_journal or http', [
      'systemd_journal.syslog_id',
      'systemd_journal.pid',
      'systemd_journal.priority',
      'systemd_journal.message',
      'http.request.uri',
      'http.response.code',
    ]);
    const told = rows.map(([source, pid, priority, message, uri, code]) =>
      uri || code ? `http ${uri || code}` : `${source} ${pid === String(pids[0]) ? 'PID' : pid} ${priority} ${message}`,
    );
    expect(told[0]).toBe('test  6 step: client asks for /users');
    expect(told.indexOf('http /users')).toBeGreaterThan(0);
    expect(told).toEqual(expect.arrayContaining(['http 200', 'web node PID 6 asked for /users']));
    expect(told).toContain('web node PID 3 warning: undefined');
    expect(told.at(-2)).toBe('test  6 step: all is said');
    expect(told.at(-1)).toMatch(/^test {2}3 failed: expected 200 to be 500/);

    expect(artifact.text).toContain('step: client asks for /users');
    expect(artifact.text).toContain('web node: asked for /users');
    expect(artifact.text).toMatch(/test: failed$/m);
  });

  it('says what the test still waited for, which its time limit does not', async () => {
    await using folder = await makeFolder();
    const places: string[] = [];
    const artifact = await failedTest(folder.path, async (network) => {
      const elsewhere = `require('node:net').createServer().listen(8080, '0.0.0.0')`;
      void network.host('web').spawn('node', ['-e', elsewhere], { listening: [80, 8080] });
      void network.host('laptop').spawn('sleep', ['60'], { listening: { port: 53, transport: 'udp' } });
      void network.host('laptop').run('sleep', ['60'], { reject: false });
      network.capture.waitFor((capture) => capture.packets().length).catch(() => {});
      await listening(network, 8080);
      await network.host('web').run('true');
      places.push(...network.sockets().map(({ local }) => `${local.port}`));
    });
    expect(places).toEqual(['8080']);
    expect(artifact.text.split('\n').flatMap((line) => /test: .*/.exec(line) ?? [])).toEqual([
      'test: waits for TCP port 80 of web node, which listens on TCP 8080 (0.0.0.0)',
      'test: waits for UDP port 53 of laptop sleep, which does not listen yet',
      'test: waits for the end of laptop sleep',
      'test: waits for the capture to fulfil (capture) => capture.packets().length',
      'test: failed',
    ]);
  });

  it('has an interface for each program, with its command, start and end', async (test) => {
    requireProgram('tshark', test);
    await using folder = await makeFolder();
    let serverPid = 0;
    const artifact = await failedTest(folder.path, async (network) => {
      serverPid = (await serving(network)).pid;
      await network.host('laptop').run('curl', ['-s', 'http://web/']);
      await network.host('laptop').run('curl', ['-s', '-6', 'http://web/again'], { reject: false });
    });
    const senders = new Set(
      (await rowsOf(artifact.path, 'tcp', ['ip.src', 'frame.interface_name'])).map((row) => row.join(' ')),
    );
    const { stdout: properties } = await run('capinfos', [artifact.path]);
    expect(senders).toContain(`10.53.57.11 web#11 node[${serverPid}]`);
    expect([...senders].filter((sender) => /^10\.53\.57\.12 laptop#12 curl\[\d+\]$/.test(sender))).toHaveLength(1);
    expect(properties).toContain('Comment = curl -s http://web/');
    expect(properties).toMatch(/exited with code 0 \d{4}-/);
    expect(properties).toContain('running at the end');
    expect(readSidecar(artifact.sidecarPath)?.programs?.map(({ host, name }) => `${host} ${name}`)).toEqual([
      'web node',
      'laptop curl',
      'laptop curl',
    ]);
  });

  it('names the process of a program that really spoke, be it one that the program started', async (test) => {
    requireProgram('tshark', test);
    await using folder = await makeFolder();
    const workers = `
      const cluster = require('node:cluster');
      if (cluster.isPrimary) cluster.fork();
      else require('node:http').createServer((request, response) => response.end(String(process.pid))).listen(80);
    `;
    const server = join(folder.path, 'server.cjs');
    await writeFile(server, workers);
    const pids: string[] = [];
    const artifact = await failedTest(folder.path, async (network) => {
      const primary = await network.host('web').spawn('node', [server], { listening: 80 });
      const { stdout } = await network.host('laptop').run('curl', ['-s', 'http://web/']);
      pids.push(String(primary.pid), stdout);
    });
    const rows = await rowsOf(artifact.path, 'http.response', ['frame.interface_name']);
    expect(rows).toEqual([[`web#11 node[${pids[1]}]`]]);
    const { stdout: properties } = await run('capinfos', [artifact.path]);
    expect(properties).toContain(`process ${pids[1]}, a descendant of node[${pids[0]}]`);
  });

  it('tells programs apart that run on one host at a time, on its loopback too', async (test) => {
    requireProgram('tshark', test);
    await using folder = await makeFolder();
    const pids: number[] = [];
    const artifact = await failedTest(folder.path, async (network) => {
      pids.push((await serving(network)).pid);
      const client = (url: string) => network.host('web').run('curl', ['-s', '-4', url]);
      const bystander = await network.host('web').spawn('sleep', ['60']);
      pids.push(bystander.pid);
      await Promise.all([client('http://127.0.0.1/'), client('http://web/')]);
    });
    const senders = await rowsOf(artifact.path, 'tcp.len > 0', [
      'ip.src',
      'http.request.method',
      'frame.interface_name',
    ]);
    expect(senders.map((row) => row.join(' ').replace(/curl\[\d+\]/, 'curl')).sort()).toEqual([
      `10.53.57.11  web#11 node[${pids[0]}]`,
      '10.53.57.11 GET web#11 curl',
      `127.0.0.1  web#11 node[${pids[0]}]`,
      '127.0.0.1 GET web#11 curl',
    ]);
  });

  it('is decrypted by Wireshark, whether curl or Node.js spoke, and nobody was warned', async (test) => {
    requireProgram('tshark', test);
    requireProgram('openssl', test);
    await using folder = await makeFolder();
    const { key, certificate } = await makeCertificate(folder.path, 'web');
    const server = join(folder.path, 'server.cjs');
    await writeFile(
      server,
      `const { readFileSync } = require('node:fs');
       const [key, cert] = process.argv.slice(2).map((file) => readFileSync(file));
       require('node:https').createServer({ key, cert }, (request, response) => response.end('secret')).listen(443);`,
    );
    const client = `fetch('https://web/by-node').then((response) => response.text()).then(console.log);`;
    const outputs: string[] = [];
    const artifact = await failedTest(folder.path, async (network) => {
      const program = await network.host('web').spawn('node', [server, key, certificate], { listening: 443 });
      const laptop = network.host('laptop');
      const curl = await laptop.run('curl', ['-s', '--cacert', certificate, 'https://web/by-curl']);
      const node = await laptop.run('node', ['-e', client], { env: { NODE_EXTRA_CA_CERTS: certificate } });
      outputs.push(curl.stdout, curl.stderr, node.stdout, node.stderr, program.stderr());
    });
    expect(outputs).toEqual(['secret', '', 'secret', '', '']);
    const uris = (await rowsOf(artifact.path, 'http.request and tls', ['http.request.uri'])).map(([uri]) => uri);
    expect(uris).toEqual(['/by-curl', '/by-node']);
  });

  it('is decrypted where the test itself serves and asks', async (test) => {
    requireProgram('tshark', test);
    requireProgram('openssl', test);
    await using folder = await makeFolder();
    const { key, certificate } = await makeCertificate(folder.path, 'test');
    const ca = await readFile(certificate);
    const artifact = await failedTest(folder.path, async (network) => {
      const options = { key: await readFile(key), cert: ca };
      const server = createServer(options, (_request, response) => response.end('secret'));
      await new Promise<void>((resolve) => {
        server.listen(443, resolve);
      });
      await network.host('laptop').run('curl', ['-s', '--cacert', certificate, 'https://test/by-curl']);
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        get('https://test/by-test', { ca, agent: false }, resolve).on('error', reject);
      });
      expect(await text(response)).toBe('secret');
      await new Promise((resolve) => {
        server.close(resolve);
      });
    });
    const uris = await rowsOf(artifact.path, 'http.request and tls', ['http.request.uri', 'frame.interface_name']);
    expect(uris).toEqual([
      ['/by-curl', expect.stringMatching(/^laptop#11 curl\[/)],
      ['/by-test', `test#10 test[${process.pid}]`],
    ]);
  });

  it('tells who was refused, and who tried to leave the network', async (test) => {
    requireProgram('tshark', test);
    await using folder = await makeFolder();
    const artifact = await failedTest(folder.path, async (network) => {
      network.host('web');
      const laptop = network.host('laptop');
      await laptop.run('curl', ['-s', '-4', 'http://web:81/'], { reject: false });
      await laptop.run('curl', ['-s', 'http://93.184.216.34/'], { reject: false });
    });
    const comments = await rowsOf(artifact.path, 'frame.comment', ['frame.comment']);
    const attempt = expect.stringMatching(
      /^laptop#12 curl\[\d+\] tried 93\.184\.216\.34:80: nothing leaves the network$/,
    );
    expect(comments.flat()).toEqual([
      expect.stringMatching(/^laptop#12 curl\[\d+\] tried web:81: refused, nobody listens there$/),
      attempt,
    ]);
    expect(artifact.escapes).toEqual([attempt]);
    expect(readSidecar(artifact.sidecarPath)?.escapes).toEqual([attempt]);
  });

  it('tells where a host listens that refused a connection', async (test) => {
    requireProgram('tshark', test);
    await using folder = await makeFolder();
    const artifact = await failedTest(folder.path, async (network) => {
      const script = `require('node:http').createServer().listen(8080, '127.0.0.1')`;
      await network.host('web').spawn('node', ['-e', script], { listening: 8080 });
      const get = (url: string) => network.host('laptop').run('curl', ['-s', '-4', url], { reject: false });
      await get('http://web/');
      await get('http://web:8080/');
      await get('http://web:8080/');
    });
    const comments = await rowsOf(artifact.path, 'frame.comment', ['frame.comment']);
    const attempt = (what: string) => expect.stringMatching(RegExp(`^laptop#12 curl\\[\\d+\\] tried ${what}$`));
    const mere = attempt('web:8080: refused, nobody listens there');
    expect(comments.flat()).toEqual([
      attempt('web:80: refused, nobody listens there; web listens on 127\\.0\\.0\\.1:8080'),
      attempt('web:8080: .* there; web listens on 127\\.0\\.0\\.1:8080, which only web itself reaches'),
      mere,
    ]);
    const hints = artifact.text.split('\n').filter((line) => line.includes('web listens on'));
    expect(hints.map((line) => line.replace(/^.*?web/, 'web'))).toEqual([
      'web listens on 127.0.0.1:8080',
      'web listens on 127.0.0.1:8080, which only web itself reaches',
    ]);
  });

  it('holds no secret that was to be redacted, in no part of it', async (test) => {
    requireProgram('tshark', test);
    await using folder = await makeFolder();
    const artifact = await failedTest(
      folder.path,
      async (network) => {
        await serving(network);
        const header = 'Authorization: Bearer hunter2';
        await network.host('laptop').run('curl', ['-s', '-H', header, 'http://web/?token=hunter2']);
        network.step('signs in with hunter2');
      },
      { redact: [/authorization: .*/i, 'hunter2'] },
    );
    const file = await readFile(artifact.path, 'latin1');
    const sidecar = await readFile(artifact.sidecarPath, 'utf8');
    for (const part of [file, sidecar, artifact.text]) expect(part).not.toContain('hunter2');

    expect(await tshark(artifact.path, '-Y', 'http.request', '-T', 'fields', '-e', 'http.request.uri')).toBe(
      '/?token=xxxxxxx\n',
    );
    const checks = ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];
    const problems = '_ws.malformed or tcp.checksum.status == "Bad" or ip.checksum.status == "Bad"';
    expect(await tshark(artifact.path, ...checks, '-Y', problems)).toBe('');
  });

  it('tells what was said inside of TLS, with secrets redacted, and leaves out the keys that would show them', async (test) => {
    for (const name of ['tshark', 'openssl', 'curl']) requireProgram(name, test);
    await using folder = await makeFolder();
    const { key, certificate } = await makeCertificate(folder.path, 'web');
    const seen: string[] = [];
    const artifact = await failedTest(
      folder.path,
      async (network) => {
        const server = `
          const [key, cert] = process.argv.slice(1).map((file) => require('node:fs').readFileSync(file));
          require('node:https').createServer({ key, cert }, (request, response) => response.end('hello')).listen(443);
        `;
        await network.host('web').spawn('node', ['-e', server, key, certificate], { listening: 443 });
        const curl = ['-sS', '--noproxy', '*', '--cacert', certificate];
        const laptop = network.host('laptop');
        await laptop.run('curl', [...curl, '-H', 'Authorization: Bearer hunter2', 'https://web/secret']);
        await laptop.run('curl', [...curl, 'https://web/open']);
        seen.push(...network.capture.conversations().map(({ clientText }) => clientText));
        expect(networkMatchers.toHaveSent(network, 'laptop', 'web:443', /^GET \/open$/m).pass).toBe(true);
      },
      { redact: [/authorization: .*/i] },
    );
    expect(artifact.text).toMatch(/─1─+▶│ {4}TLS: GET \/secret\n/);
    expect(artifact.text).toMatch(/◀─+1─+┤ {4}TLS: 200 OK · 5 bytes {2}"hello"\n/);
    expect(artifact.loss).toBe(
      'The TLS keys of 1 connection are left out: something said there is to be redacted, or is more than text',
    );
    expect(seen).toEqual([
      expect.stringMatching(/^GET \/secret HTTP\/1.1\r\n[\s\S]*\r\nx{29}\r\n/),
      expect.stringMatching(/^GET \/open HTTP\/1\.1\r\n/),
    ]);
    expect(await rowsOf(artifact.path, 'http.request', ['http.request.uri'])).toEqual([['/open']]);
  });
});
