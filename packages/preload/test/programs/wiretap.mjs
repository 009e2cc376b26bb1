/**
 * A proxy that tells what went through it: `wiretap.mjs PORT HOST HOST-PORT`.
 *
 * For each connection that is over it prints a line of JSON: how many bytes the client sent and their SHA-256, and the same of the server.
 */
import { createHash } from 'node:crypto';
import { connect, createServer } from 'node:net';

const [port, host, hostPort] = process.argv.slice(2);

createServer({ allowHalfOpen: true }, (client) => {
  const server = connect({ host, port: Number(hostPort), allowHalfOpen: true });
  const sides = [tapped(client, server), tapped(server, client)];
  let open = 2;
  for (const socket of [client, server]) {
    socket.on('error', (error) => console.error(error.message));
    socket.on('close', () => {
      open -= 1;
      if (open === 0) console.log(JSON.stringify({ client: sides[0](), server: sides[1]() }));
    });
  }
}).listen(Number(port));

/** Passes on what comes from `source`; gives what tells of it in the end. */
function tapped(source, target) {
  const hash = createHash('sha256');
  let bytes = 0;
  source.on('data', (chunk) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  source.pipe(target);
  return () => ({ bytes, sha256: hash.digest('hex') });
}
