import { describe, expect } from 'vitest';
import { expectToStop, it, lineOf } from './support/fixtures.js';

const CLUSTER = `
import cluster from 'node:cluster';
import { createServer } from 'node:http';

const WORKERS = 3;
cluster.schedulingPolicy = Number(process.argv[2]);
if (cluster.isPrimary) {
  let listening = 0;
  cluster.on('listening', () => ++listening === WORKERS && console.log('all listen'));
  for (let n = 0; n < WORKERS; n++) cluster.fork();
} else {
  createServer((request, response) => {
    response.setHeader('connection', 'close');
    response.end(\`\${process.pid} \${request.socket.remoteAddress}\`);
  }).listen(80);
}
`;
const FETCH = `
const answers = await Promise.all(Array.from({ length: Number(process.argv[3]) }, () => fetch(process.argv[2]).then((r) => r.text())));
console.log(JSON.stringify(answers));
`;
const HTTP2 = `
import { connect, createServer } from 'node:http2';

const [, , role, url] = process.argv;
if (role === 'server') {
  createServer().on('stream', (stream, headers) => {
    stream.respond({ ':status': 200 });
    stream.end(\`\${headers[':path']} for \${stream.session.socket.remoteAddress}\`);
  }).listen(80);
} else {
  const session = connect(url);
  const get = (path) =>
    new Promise((resolve, reject) => {
      let text = '';
      session.request({ ':path': path }).setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => resolve(text)).on('error', reject).end();
    });
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => get(\`/\${n}\`)));
  console.log(JSON.stringify(answers));
  session.close();
}
`;
const DGRAM = `
import cluster from 'node:cluster';
import { createSocket } from 'node:dgram';

if (cluster.isPrimary) {
  for (const type of ['udp4', 'udp6']) cluster.fork({ TYPE: type });
} else {
  const { TYPE: type } = process.env;
  const socket = createSocket({ type, ipv6Only: type === 'udp6' });
  socket.on('message', (bytes, peer) => socket.send(\`\${bytes} from \${peer.address}\`, peer.port, peer.address));
  socket.bind(9000 + (type === 'udp6' ? 1 : 0));
}
`;
const ASK = `
import { createSocket } from 'node:dgram';

const [, , type, host, port] = process.argv;
const socket = createSocket(type);
socket.on('message', (bytes) => { console.log(String(bytes)); socket.close(); });
socket.connect(Number(port), host, () => socket.send('greetings'));
`;

describe('node', () => {
  it.for([
    ['hands connections to the workers of a cluster in turn', 2],
    ['lets the workers of a cluster accept for themselves', 1],
  ] as const)('%s', async ([, policy], { network, folder }) => {
    const web = network.host('web');
    const server = await web.spawn(process.execPath, [await folder.write('cluster.mjs', CLUSTER), String(policy)], {
      listening: 80,
    });
    await lineOf(server, /all listen/);
    const laptop = network.host('laptop');
    const fetch = await folder.write('fetch.mjs', FETCH);
    for (const [url, address] of [
      [`http://${web.ipv4}/`, `::ffff:${laptop.ipv4}`],
      [`http://[${web.ipv6}]/`, laptop.ipv6],
    ] as const) {
      const { stdout } = await laptop.run(process.execPath, [fetch, url, '30']);
      const answers: string[] = JSON.parse(stdout);
      expect(new Set(answers.map((answer) => answer.split(' ')[1]))).toEqual(new Set([address]));
      // SCHED_RR (2) is fair; SCHED_NONE (1) leaves it to the kernel who is first.
      const workers = new Set(answers.map((answer) => answer.split(' ')[0])).size;
      if (policy === 2) expect(workers).toBe(3);
      else expect(workers).toBeLessThanOrEqual(3);
    }
    await expectToStop(server);
  });

  it('serves fifty streams over one connection of HTTP/2', async ({ network, folder }) => {
    const file = await folder.write('http2.mjs', HTTP2);
    const server = await network.host('web').spawn(process.execPath, [file, 'server'], { listening: 80 });
    const laptop = network.host('laptop');
    const { stdout } = await laptop.run(process.execPath, [file, 'client', `http://${server.host.ipv4}`]);
    expect(JSON.parse(stdout)).toEqual(Array.from({ length: 50 }, (_, n) => `/${n} for ::ffff:${laptop.ipv4}`));
    await expectToStop(server);
  });

  it('answers datagrams in the workers of a cluster', async ({ network, folder }) => {
    const udp = (port: number) => ({ port, transport: 'udp' }) as const;
    const server = await network
      .host('server')
      .spawn(process.execPath, [await folder.write('dgram.mjs', DGRAM)], { listening: [udp(9000), udp(9001)] });
    const ask = await folder.write('ask.mjs', ASK);
    const { ipv4, ipv6 } = server.host;
    const client = network.host('client');
    expect((await client.run(process.execPath, [ask, 'udp4', ipv4, '9000'])).stdout).toBe(
      `greetings from ${client.ipv4}`,
    );
    expect((await client.run(process.execPath, [ask, 'udp6', ipv6, '9001'])).stdout).toBe(
      `greetings from ${client.ipv6}`,
    );
    await expectToStop(server);
  });
});
