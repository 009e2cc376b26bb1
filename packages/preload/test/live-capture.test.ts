import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createNetwork } from '../src/index.js';
import { makeFolder, requireProgram } from './support/programs.js';

const run = promisify(execFile);

const SERVER = `require('node:http').createServer((request, response) => response.end('hello')).listen(80)`;
/** Asks once it is told to, and stays. */
const CLIENT = `
  process.stdin.once('data', async () => console.log(await (await fetch('http://web/users')).text()));
  setInterval(() => {}, 1000);
`;

describe('network.capture', () => {
  it('tells of a request as soon as a program makes it, while all of them run', async () => {
    await using network = createNetwork();
    await network.host('web').spawn('node', ['-e', SERVER], { listening: 80 });
    const client = await network.host('laptop').spawn('node', ['-e', CLIENT]);
    const asked = network.capture.waitFor((capture) =>
      capture.conversations().find(({ messages }) => messages.some(({ summary }) => summary.startsWith('200 OK'))),
    );
    expect(network.capture.conversations()).toEqual([]);
    client.stdin.write('go\n');
    expect(await asked).toMatchObject({
      client: { host: 'laptop' },
      server: { host: 'web', port: 80 },
      messages: [{ summary: 'GET /users' }, { summary: expect.stringContaining('200 OK') }],
    });
    expect(network.capture.text()).toContain('GET /users');
  });

  it('saves what Wireshark reads, while all of them run', async (test) => {
    requireProgram('tshark', test);
    await using folder = await makeFolder();
    await using network = createNetwork();
    await network.host('web').spawn('node', ['-e', SERVER], { listening: 80 });
    await network.host('laptop').run('curl', ['-s', 'http://web/saved']);
    const path = join(folder.path, 'now.pcapng');
    await network.capture.save(path);
    const { stdout } = await run('tshark', [
      '-r',
      path,
      '-Y',
      'http.request',
      '-T',
      'fields',
      '-e',
      'http.request.uri',
    ]);
    expect(stdout).toBe('/saved\n');
  });
});
