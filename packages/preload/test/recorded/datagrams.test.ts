/** Datagrams of real programs, as Wireshark sees them in the capture: each once, and no complaint. */
import { describe, expect } from 'vitest';
import { canRunTshark, complaints, packets } from '../native/support/tshark.js';
import { it, lineOf } from '../programs-real/support/fixtures.js';
import { requireProgram } from '../support/programs.js';
import { saved } from './support/saved.js';

const TIMEOUT_MS = 60_000;
const hasTshark = await canRunTshark();

/** Prints what comes to port 5000, from broadcasts and from a group; says when it is ready. */
const RECEIVER = `
  const socket = require('node:dgram').createSocket({ type: 'udp4', reuseAddr: true });
  socket.on('message', (message) => console.log('got ' + message));
  socket.bind(5000, () => {
    socket.addMembership('239.1.2.3');
    console.log('ready');
  });
`;
/** Sends to its arguments, `address text`. */
const SENDER = `
  const socket = require('node:dgram').createSocket('udp4');
  const [address, text] = process.argv.slice(1);
  socket.bind(() => {
    socket.setBroadcast(true);
    socket.send(text, 5000, address, () => socket.close());
  });
`;

describe.skipIf(!hasTshark)('the capture has', { timeout: TIMEOUT_MS }, () => {
  it('the questions of dig and the answers of dnsmasq', async ({ network, folder, skip }) => {
    for (const name of ['dnsmasq', 'dig']) requireProgram(name, { skip });
    const user = process.geteuid?.() === 0 ? ['--user=root', '--group=root'] : [];
    const dns = network.host('dns');
    await dns.spawn(
      'dnsmasq',
      [
        ...['--keep-in-foreground', '--conf-file=/dev/null', '--no-resolv', '--no-hosts', '--log-facility=-'],
        ...['--pid-file=', '--address=/app.test/10.53.57.99', '--address=/app.test/fd00::99', ...user],
      ],
      { listening: [53, { port: 53, transport: 'udp' }] },
    );
    const laptop = network.host('laptop');
    for (const server of [dns.ipv4, dns.ipv6]) {
      for (const type of ['A', 'AAAA']) {
        await laptop.run('dig', [`@${server}`, '+tries=1', '+time=5', '+short', 'app.test', type]);
      }
    }
    const file = await saved(network, folder.path);
    expect(await complaints(file)).toEqual([]);
    const [question, answer] = ['app.test\t\t', 'app.test\t10.53.57.99\t'];
    const answer6 = 'app.test\t\tfd00::99';
    const told = await packets(file, 'dns', 'dns.qry.name', 'dns.a', 'dns.aaaa');
    expect(told).toEqual([question, answer, question, answer6, question, answer, question, answer6]);
    expect(await packets(file, 'dns.unsolicited or dns.retransmission', 'frame.number')).toEqual([]);
  });

  it('a broadcast and a multicast once, however many hosts get them', async ({ network, folder }) => {
    const receivers = await Promise.all(
      ['one', 'two', 'three'].map((name) => network.host(name).spawn('node', ['-e', RECEIVER])),
    );
    for (const receiver of receivers) await lineOf(receiver, /ready/);
    const sender = network.host('sender');
    await sender.run('node', ['-e', SENDER, '255.255.255.255', 'to all']);
    await sender.run('node', ['-e', SENDER, '239.1.2.3', 'to the group']);
    for (const receiver of receivers) {
      await lineOf(receiver, /got to all/);
      await lineOf(receiver, /got to the group/);
    }
    const file = await saved(network, folder.path);
    expect(await complaints(file)).toEqual([]);
    expect(await packets(file, 'udp', 'ip.src', 'ip.dst', 'data.text', 'udp.length')).toEqual([
      `${sender.ipv4}\t255.255.255.255\t\t14`,
      `${sender.ipv4}\t239.1.2.3\t\t20`,
    ]);
  });
});
