/**
 * Sends numbers, eight bytes each, so that every part of the stream tells its place: `counted.mjs PORT BYTES` serves them to one
 * client, and with `hold` behind it does not close the connection. `counted.mjs get HOST PORT` takes them, from the moment when its standard
 * input ends, and prints how many bytes there were and their SHA-256.
 */
import { createHash } from 'node:crypto';
import { connect, createServer } from 'node:net';

const CHUNK = 64 * 1024;
const [what, ...rest] = process.argv.slice(2);
if (what === 'get') get(rest[0], Number(rest[1]));
else serve(Number(what), Number(rest[0]), rest[1] === 'hold');

function serve(port, total, isHeld) {
  const server = createServer(async (socket) => {
    server.close();
    socket.on('error', (error) => console.error(error.message));
    for (let at = 0; at < total; at += CHUNK) {
      await new Promise((sent) => socket.write(numbers(at, Math.min(CHUNK, total - at)), sent));
    }
    console.log('sent');
    if (!isHeld) socket.end();
  }).listen(port);
}

function numbers(at, length) {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i + 8 <= length; i += 8) {
    bytes.writeUInt32BE(Math.floor((at + i) / 2 ** 32), i);
    bytes.writeUInt32BE((at + i) % 2 ** 32, i + 4);
  }
  return bytes;
}

function get(host, port) {
  const hash = createHash('sha256');
  let bytes = 0;
  const socket = connect(port, host, () => console.log('connected'));
  socket.pause();
  process.stdin.on('end', () => socket.resume()).resume();
  socket.on('data', (chunk) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  socket.on('error', (error) => console.error(error.message));
  socket.on('close', () => console.log(JSON.stringify({ bytes, sha256: hash.digest('hex') })));
}
