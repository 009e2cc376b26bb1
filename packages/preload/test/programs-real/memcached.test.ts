import { describe, expect } from 'vitest';
import type { ProgramHost } from '../../src/index.js';
import { requireProgram } from '../support/programs.js';
import { expectToStop, it } from './support/fixtures.js';

/** memcached refuses to run as root unless it is told so. */
const AS_ROOT = process.geteuid?.() === 0 ? ['-u', 'root'] : [];

/** Says `lines` to `host` over a connection of its own, and gives what is answered. */
async function say(client: ProgramHost, to: string, lines: readonly string[]) {
  const { stdout } = await client.run('socat', ['-t', '5', '-', `TCP:${to}`], {
    input: [...lines, 'quit', ''].join('\r\n'),
  });
  return stdout.trim().split('\r\n');
}

describe('memcached', () => {
  it('keeps what one host stores for another, over IPv4 and IPv6', async ({ network, skip }) => {
    for (const name of ['memcached', 'socat']) requireProgram(name, { skip });
    const cache = network.host('cache');
    const server = await cache.spawn('memcached', [...AS_ROOT, '-t', '4'], { listening: 11211 });

    const stored = await say(network.host('app'), `${cache.ipv4}:11211`, ['set colour 0 0 5', 'green']);
    expect(stored).toEqual(['STORED']);
    const found = await say(network.host('other'), `[${cache.ipv6}]:11211`, ['get colour']);
    expect(found).toEqual(['VALUE colour 0 5', 'green', 'END']);

    await expectToStop(server);
    const { exitCode, stderr } = await network
      .host('app')
      .run('socat', ['-', 'TCP:cache:11211'], { input: '', reject: false });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining('Connection refused') });
  });

  it('answers on its UDP port', async ({ network, skip }) => {
    for (const name of ['memcached', 'python3']) requireProgram(name, { skip });
    const cache = network.host('cache');
    await cache.spawn('memcached', [...AS_ROOT, '-U', '11211'], {
      listening: [11211, { port: 11211, transport: 'udp' }],
    });
    // A frame header: request 7, datagram 0 of 1 (memcached's protocol.txt, "UDP protocol").
    const script = `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(('cache', 11211))
s.send(bytes([0, 7, 0, 0, 0, 1, 0, 0]) + b'version\\r\\n')
print(s.recv(1400))`;
    const { stdout } = await network.host('app').run('python3', ['-c', script]);
    expect(stdout).toMatch(/^b'\\x00\\x07\\x00\\x00\\x00\\x01\\x00\\x00VERSION \d/);
  });

  it('lets hundreds of connections wait for its threads', async ({ network, folder, skip }) => {
    for (const name of ['memcached', 'python3']) requireProgram(name, { skip });
    await network.host('cache').spawn('memcached', [...AS_ROOT, '-t', '4'], { listening: 11211 });
    const script = await folder.write(
      'many.py',
      `import socket
connections = [socket.create_connection(('cache', 11211)) for _ in range(300)]
for n, c in enumerate(connections):
    c.sendall(b'incr hits 1\\r\\n' if n else b'set hits 0 0 1\\r\\n1\\r\\n')
    answer = c.recv(100)
    assert answer == (b'%d\\r\\n' % (n + 1) if n else b'STORED\\r\\n'), answer
print(len(connections))
`,
    );
    expect((await network.host('app').run('python3', [script])).stdout).toBe('300');
  });
});
