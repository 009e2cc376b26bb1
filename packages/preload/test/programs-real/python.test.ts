import { describe, expect } from 'vitest';
import { requireProgram } from '../support/programs.js';
import { expectToStop, it, lineOf } from './support/fixtures.js';

const STREAMS = `
import asyncio

async def serve():
    async def answer(reader, writer):
        line = await reader.readline()
        writer.write(line.upper() + repr(writer.get_extra_info('peername')[0]).encode() + b'\\n')
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    server = await asyncio.start_server(answer, None, 7000)
    await server.serve_forever()

asyncio.run(serve())
`;
const MANY = `
import asyncio

async def ask(n):
    reader, writer = await asyncio.open_connection('server', 7000, happy_eyeballs_delay=0.25)
    writer.write(b'question %d\\n' % n)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.decode().split('\\n')[:2]

async def main():
    answers = await asyncio.gather(*(ask(n) for n in range(100)))
    assert [text for text, _ in answers] == ['QUESTION %d' % n for n in range(100)], answers
    print(sorted({peer for _, peer in answers}))

asyncio.run(main())
`;
const DATAGRAMS = `
import asyncio

class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport
    def datagram_received(self, data, address):
        print(data.decode(), address[0], flush=True)
        self.transport.sendto(data[::-1], address)

async def main():
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(Echo, local_addr=('0.0.0.0', 7000))
    await loop.create_datagram_endpoint(Echo, local_addr=('::', 7001))
    await asyncio.Event().wait()

asyncio.run(main())
`;
const FORKING = `
import os, socketserver

class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(b'%d %s' % (os.getpid(), line))

class Server(socketserver.ForkingMixIn, socketserver.TCPServer):
    allow_reuse_address = True

with Server(('', 7000), Handler) as server:
    print(os.getpid(), flush=True)
    server.serve_forever()
`;

describe('python3', () => {
  it('serves a hundred connections at once with asyncio', async ({ network, folder, skip }) => {
    requireProgram('python3', { skip });
    const server = await network
      .host('server')
      .spawn('python3', [await folder.write('server.py', STREAMS)], { listening: 7000 });
    const client = network.host('client');
    const { stdout } = await client.run('python3', [await folder.write('client.py', MANY)]);
    expect([`['${client.ipv6}']`, `['${client.ipv4}']`]).toContain(stdout.replaceAll('"', '').replaceAll("''", "'"));
    await expectToStop(server);
  });

  it('echoes datagrams of both families with asyncio', async ({ network, folder, skip }) => {
    requireProgram('python3', { skip });
    const udp = (port: number) => ({ port, transport: 'udp' }) as const;
    const server = await network
      .host('server')
      .spawn('python3', [await folder.write('datagrams.py', DATAGRAMS)], { listening: [udp(7000), udp(7001)] });
    const client = network.host('client');
    const ask = (family: string, address: string, port: number) =>
      client.run('python3', [
        '-c',
        `import socket
s = socket.socket(socket.${family}, socket.SOCK_DGRAM)
s.sendto(b'stressed', ('${address}', ${port}))
print(s.recvfrom(100)[0].decode())`,
      ]);
    expect((await ask('AF_INET', server.host.ipv4, 7000)).stdout).toBe('desserts');
    expect((await ask('AF_INET6', server.host.ipv6, 7001)).stdout).toBe('desserts');
    expect(await lineOf(server, new RegExp(client.ipv4))).toBe(`stressed ${client.ipv4}`);
    expect(await lineOf(server, new RegExp(client.ipv6))).toBe(`stressed ${client.ipv6}`);
  });

  it('serves a folder with http.server', async ({ network, folder, skip }) => {
    for (const name of ['python3', 'curl']) requireProgram(name, { skip });
    await folder.write('page.txt', 'a page\n');
    const web = network.host('web');
    const server = await web.spawn(
      'python3',
      ['-u', '-m', 'http.server', '80', '--bind', '::', '--directory', folder.path],
      { listening: 80 },
    );
    const laptop = network.host('laptop');
    for (const host of [web.ipv4, `[${web.ipv6}]`, 'web']) {
      const { stdout } = await laptop.run('curl', ['-sS', '--noproxy', '*', `http://${host}/page.txt`]);
      expect(stdout).toBe('a page');
    }
    expect(await lineOf(server, new RegExp(laptop.ipv4))).toMatch(
      /^::ffff:10\.53\.57\.\d+ - - .*"GET \/page.txt HTTP\/1.1" 200 -$/,
    );
    expect(await lineOf(server, new RegExp(laptop.ipv6))).toContain('"GET /page.txt HTTP/1.1" 200 -');
    await expectToStop(server);
  });

  it('forks for each connection with socketserver, and keeps listening', async ({ network, folder, skip }) => {
    for (const name of ['python3', 'socat']) requireProgram(name, { skip });
    const server = await network
      .host('server')
      .spawn('python3', [await folder.write('forking.py', FORKING)], { listening: 7000 });
    const parent = await lineOf(server, /^\d+$/);
    const pids = new Set();
    for (let n = 0; n < 5; n++) {
      const { stdout } = await network
        .host('client')
        .run('socat', ['-t', '10', '-', 'TCP4:server:7000'], { input: `line ${n}\n` });
      const [pid = '', text] = [stdout.split(' ')[0], stdout.slice(stdout.indexOf(' ') + 1)];
      expect(text).toBe(`line ${n}`);
      pids.add(pid);
    }
    expect(pids.size).toBe(5);
    expect(pids.has(parent)).toBe(false);
    await expectToStop(server);
  });
});
