/** What is told of real servers whose messages cannot be read as they are. */
import { describe, expect } from 'vitest';
import { createNetwork, type ProgramNetwork } from '../../src/index.js';
import { it } from '../programs-real/support/fixtures.js';
import { startNginx } from '../programs-real/support/nginx.js';
import { requireProgram } from '../support/programs.js';

const TIMEOUT_MS = 60_000;
/** memcached refuses to run as root unless it is told so. */
const AS_ROOT = process.geteuid?.() === 0 ? ['-u', 'root'] : [];
const USERS = JSON.stringify(Array.from({ length: 500 }, (_, id) => ({ id, name: `user ${id}` })));

const HTTP2_SERVER = `
  require('node:http2').createServer((request, response) => response.end('x'.repeat(50_000))).listen(80);
`;
/** Asks one after the other for more than the recorder of the test holds. */
const HTTP2_CLIENT = `
  const session = require('node:http2').connect('http://web');
  const ask = (n) => {
    if (n > 100) return session.close(() => console.log('done'));
    session.request({ ':path': '/item/' + n }).on('close', () => ask(n + 1)).resume();
  };
  ask(1);
`;

/** The messages of the last conversation, in short. */
function told({ capture }: ProgramNetwork): string[] {
  const messages = capture.conversations().at(-1)?.messages ?? [];
  return messages.map(({ from, summary, excerpt = '' }) => `${from}: ${summary}  ${excerpt}`.trimEnd());
}

describe('the capture tells', { timeout: TIMEOUT_MS }, () => {
  it('how a body begins that nginx has packed', async ({ network, folder, skip }) => {
    for (const name of ['nginx', 'curl']) requireProgram(name, { skip });
    const server = 'gzip on; gzip_types application/json; types { application/json json; }';
    await startNginx(network.host('web'), folder, { name: 'web', files: { 'users.json': USERS }, server });
    await network.host('laptop').run('curl', ['-sS', '--noproxy', '*', '--compressed', 'http://web/users.json']);
    expect(told(network)).toEqual([
      'client: GET /users.json',
      expect.stringMatching(
        /^server: 200 OK · application\/json · gzip · \d+ bytes {2}\[\{"id":0,"name":"user 0"\},\{"id":1,.*…$/,
      ),
    ]);
  });

  it('what mosquitto allows and what not', async ({ network, folder, skip }) => {
    for (const name of ['mosquitto', 'mosquitto_pub']) requireProgram(name, { skip });
    const acl = await folder.write('acl', 'topic readwrite room/#\n', { mode: 0o600 });
    const user = process.geteuid?.() === 0 ? 'user root' : '';
    const conf = await folder.write('conf', `listener 1883\nallow_anonymous true\nacl_file ${acl}\n${user}\n`);
    await network.host('broker').spawn('mosquitto', ['-c', conf], { listening: 1883 });
    const publish = (topic: string) =>
      network
        .host('sensor')
        .run('mosquitto_pub', ['-h', 'broker', '-i', 'sensor', '-V', '5', '-q', '1', '-t', topic, '-m', '21.5']);
    await publish('room/1');
    expect(told(network)).toEqual([
      'client: CONNECT sensor · MQTT 5',
      'server: CONNACK',
      'client: PUBLISH 1 room/1 · QoS 1 · 4 bytes  "21.5"',
      'server: PUBACK 1 · no matching subscribers',
      'client: DISCONNECT',
    ]);
    await publish('secret');
    expect(told(network)).toContain('server: PUBACK 1 · not authorized');
  });

  it('what memcached has and what not', async ({ network, skip }) => {
    for (const name of ['memcached', 'socat']) requireProgram(name, { skip });
    await network.host('cache').spawn('memcached', AS_ROOT, { listening: 11211 });
    const lines = ['set colour 0 0 5', 'green', 'get colour', 'get size', 'incr colour 1', 'quit', ''];
    await network.host('app').run('socat', ['-t', '5', '-', 'TCP4:cache:11211'], { input: lines.join('\r\n') });
    expect(told(network)).toEqual([
      'client: set colour · 5 bytes  "green"',
      'client: get colour',
      'client: get size',
      'client: incr colour 1',
      'client: quit',
      'server: STORED',
      'server: VALUE colour · 5 bytes  "green"',
      'server: nothing found',
      'server: CLIENT_ERROR cannot increment or decrement non-numeric value',
    ]);
  });

  it('what was last asked by HTTP/2, when the recorder has dropped how it began', async () => {
    await using network = createNetwork({ recorder: { bytes: 2 ** 20 } });
    await network.host('web').spawn('node', ['-e', HTTP2_SERVER], { listening: 80 });
    const { stdout } = await network.host('laptop').run('node', ['-e', HTTP2_CLIENT]);
    expect(stdout).toBe('done');
    const all = told(network);
    expect(all.slice(-2)).toEqual([
      'client: GET /item/100 (stream 199)',
      expect.stringMatching(/^server: 200 \(stream 199\) · 50\.0 kB {2}"xxx/),
    ]);
    expect(all.filter((line) => line.startsWith('client: GET /item/')).length).toBeLessThan(50);
  });
});
