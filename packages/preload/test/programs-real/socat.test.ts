import { describe, expect } from 'vitest';
import { requireProgram } from '../support/programs.js';
import { expectToStop, it, lineOf } from './support/fixtures.js';

describe('socat', () => {
  it.for([
    ['TCP4', 'tcp', 'ipv4'],
    ['TCP6', 'tcp', 'ipv6'],
    ['UDP4', 'udp', 'ipv4'],
    ['UDP6', 'udp', 'ipv6'],
  ] as const)('echoes over %s, one process for each peer', async ([kind, transport, family], { network, skip }) => {
    requireProgram('socat', { skip });
    const [server, client] = [network.host('server'), network.host('client')];
    const echo = await server.spawn('socat', ['-d', '-d', `${kind}-LISTEN:7,fork,reuseaddr`, 'EXEC:cat'], {
      listening: { port: 7, transport },
    });
    const address = family === 'ipv6' ? `[${server.ipv6}]` : server.ipv4;
    const peer = client.spawn('socat', ['-', `${kind}:${address}:7`]);
    peer.stdin.write('there and back\n');
    expect(await lineOf(peer, /back/)).toBe('there and back');
    expect(await lineOf(echo, /accepting|accepted/)).toContain(transport === 'tcp' ? 'accept' : 'UDP');
    const peers = network.sockets().filter(({ host, state }) => host === 'client' && state === 'connected');
    expect(peers.map((socket) => socket.peer)).toEqual([{ address: server[family], port: 7 }]);
    await expectToStop(peer);
    await expectToStop(echo);
  });

  it('hands each connection to a program, inetd style, and names its peer', async ({ network, skip }) => {
    requireProgram('socat', { skip });
    const [server, client] = [network.host('server'), network.host('client')];
    // With `nofork`, the program has the connection itself as its standard input and output.
    const script = 'echo $SOCAT_PEERADDR $SOCAT_SOCKADDR $SOCAT_SOCKPORT; read line; echo "you said $line"';
    await server.spawn('socat', ['TCP-LISTEN:79,fork', `SYSTEM:${script.replaceAll('"', '\\"')},nofork`], {
      listening: 79,
    });
    for (let n = 0; n < 3; n++) {
      const { stdout } = await client.run('socat', ['-t', '10', '-', 'TCP4:server:79'], { input: `word ${n}\n` });
      expect(stdout).toBe(`${client.ipv4} ${server.ipv4} 79\nyou said word ${n}`);
    }
  });

  it('carries a megabyte through two relays, from IPv4 to IPv6 and back', async ({ network, skip }) => {
    requireProgram('socat', { skip });
    const [end, middle, front] = [network.host('end'), network.host('middle'), network.host('front')];
    // A process of its own that echoes: with PIPE, socat waits for itself once the pipe is full.
    await end.spawn('socat', ['TCP4-LISTEN:9,fork', 'EXEC:cat'], { listening: 9 });
    await middle.spawn('socat', ['TCP6-LISTEN:9,fork', `TCP4:${end.ipv4}:9`], { listening: 9 });
    await front.spawn('socat', ['TCP4-LISTEN:9,fork', `TCP6:[${middle.ipv6}]:9`], { listening: 9 });
    const input = 'all of it, '.repeat(100_000);
    const { stdout } = await network.host('client').run('socat', ['-t', '10', '-', `TCP4:${front.ipv4}:9`], { input });
    expect(stdout === input).toBe(true);
  });

  it('reaches every host of the network by a broadcast', async ({ network, skip }) => {
    requireProgram('socat', { skip });
    const listeners = ['one', 'two', 'three'].map((name) => network.host(name));
    const programs = await Promise.all(
      listeners.map((host) =>
        host.spawn('socat', ['-u', 'UDP4-RECV:9999', '-'], { listening: { port: 9999, transport: 'udp' } }),
      ),
    );
    await network
      .host('speaker')
      .run('socat', ['-u', '-', 'UDP4-DATAGRAM:10.255.255.255:9999,broadcast'], { input: 'everyone\n' });
    for (const program of programs) expect(await lineOf(program, /./)).toBe('everyone');
  });
});
