/** A server for tests: listens on each place that its arguments name, `tcp:80` or `udp:53`, and says so. */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

for (const place of process.argv.slice(2)) {
  const [transport, port] = place.split(':');
  const ready = () => console.log(`listening on ${place}`);
  if (transport === 'tcp') createServer((socket) => socket.end('hello\n')).listen(Number(port), ready);
  else createSocket('udp4').bind(Number(port), ready);
}
