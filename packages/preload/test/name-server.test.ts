/** Programs that do not ask libc for names, but the machine's name servers themselves. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createNetwork } from '../src/index.js';
import { makeFolder, requireProgram } from './support/programs.js';

/** What `script` prints in Node.js on a host of a network that has a host `db`. */
async function printed(script: string): Promise<string> {
  await using network = createNetwork();
  network.host('db');
  return (await network.host('app').run('node', ['-e', script])).stdout;
}

describe('a program that asks the name servers of the machine', () => {
  it.each([
    ["resolve4('db')", "[ '10.53.57.11' ]"],
    ["resolve6('db')", "[ 'fd00::5357:5f0b' ]"],
    ["resolve('DB')", "[ '10.53.57.11' ]"],
    ["resolveAny('db')", 'AAAA'],
    ["reverse('10.53.57.11')", "[ 'db' ]"],
    ["reverse('fd00::5357:5f0b')", "[ 'db' ]"],
    ["resolve4('example.org')", 'ENOTFOUND'],
    ["resolveSrv('db')", 'ENODATA'],
    ["reverse('192.0.2.1')", 'ENOTFOUND'],
  ])('gets an answer of its network: %s', async (call, answer) => {
    const script = `require('dns/promises').${call}.then(console.log, ({ code }) => console.log(code))`;
    expect(await printed(script)).toContain(answer);
  });

  it('gets hundreds of answers at once, each to its own question', async () => {
    const script = `
      const { resolve4, resolve6 } = require('dns/promises');
      const asked = Array.from({ length: 500 }, (_, i) => (i % 2 ? resolve6('db') : resolve4('app')));
      Promise.all(asked).then((answers) => console.log(new Set(answers.map(String))));`;
    expect(await printed(script)).toBe("Set(2) { '10.53.57.12', 'fd00::5357:5f0b' }");
  });

  it('is answered on the socket that it asks on, from the address that it asked', async (context) => {
    requireProgram('python3', context);
    const script = `
import select, socket, struct
server = [*(line.split()[1] for line in open('/etc/resolv.conf') if line.startswith('nameserver')), '127.0.0.1'][0]
family = socket.AF_INET6 if ':' in server else socket.AF_INET
question = struct.pack('>6H', 7, 0x0100, 1, 0, 0, 0) + b'\\x02db\\x00' + struct.pack('>2H', 1, 1)
for connected in (False, True):
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        if connected:
            s.connect((server, 53))
            s.send(question)
        else:
            s.sendto(question, (server, 53))
        ready = select.select([s], [], [], 5)[0] == [s]
        data, sender = s.recvfrom(512)
        print(ready, sender[:2] == (server, 53), data[:2] == b'\\x00\\x07', data[-4:] == bytes([10, 53, 57, 11]))
        if connected:
            print(s.getpeername()[:2] == (server, 53))
with socket.socket(family, socket.SOCK_DGRAM) as s:
    s.sendto(b'no question', (server, 53))
    s.sendto(question, (server, 53))
    print(s.recvfrom(512)[0][:2] == b'\\x00\\x07')
    try:
        s.sendto(question, ('2001:db8::1' if ':' in server else '192.0.2.1', 53))
    except OSError as error:
        print(error.strerror)
`;
    await using network = createNetwork();
    network.host('db');
    const { stdout } = await network.host('app').run('python3', ['-c', script]);
    const lines = ['True True True True', 'True True True True', 'True', 'True', 'Network is unreachable'];
    expect(stdout.split('\n')).toEqual(lines);
  });

  it('shows its questions and their answers in the capture', async () => {
    await using network = createNetwork();
    network.host('db');
    await network.host('app').run('node', ['-e', "require('dns').resolve4('db', () => {})"]);
    const text = network.capture.text();
    expect(text).toContain('DNS query A db');
    expect(text).toContain('DNS answer A db: 10.53.57.11');
  });

  it('asks on the loopback, too, where the machine has a name server of its own', async (context) => {
    requireProgram('unshare', context);
    requireProgram('dig', context);
    await using folder = await makeFolder();
    const file = join(folder.path, 'resolv.conf');
    await writeFile(file, 'options edns0\nnameserver 127.0.0.53 # the stub of systemd-resolved\n');
    await using network = createNetwork();
    network.host('db');
    const line = 'mount --bind "$0" /etc/resolv.conf && dig +short db && dig +short @127.0.0.1 +tries=1 db';
    const result = await network.host('app').run('unshare', ['-rm', 'sh', '-c', line, file], { reject: false });
    expect(result.stdout).toMatch(/^10\.53\.57\.11\n.*connection refused/s);
  });

  it('asks a server of the network where one has the port', async (context) => {
    requireProgram('unshare', context);
    requireProgram('dig', context);
    requireProgram('dnsmasq', context);
    await using folder = await makeFolder();
    const file = join(folder.path, 'resolv.conf');
    await writeFile(file, 'nameserver 127.0.0.1\n');
    await using network = createNetwork();
    const app = network.host('app');
    const own = ['--keep-in-foreground', '--no-resolv', '--no-hosts', '--user=', '--address=/cdn.example/10.53.57.99'];
    await app.spawn('dnsmasq', own, { listening: { port: 53, transport: 'udp' } });
    const line = 'mount --bind "$0" /etc/resolv.conf && dig +short cdn.example';
    const { stdout } = await app.run('unshare', ['-rm', 'sh', '-c', line, file]);
    expect(stdout).toBe('10.53.57.99');
  });
});
