/**
 * A TLS server that tells what was said: `tls-hashes.mjs PORT KEY CERTIFICATE ANSWER-BYTES`.
 *
 * It takes one HTTP request with a body, answers with as many bytes as it was told, and prints for each connection what `wiretap.mjs`
 * does: of the bytes inside of TLS.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:tls';

const [port, key, cert, answerBytes] = process.argv.slice(2);
const options = { key: readFileSync(key), cert: readFileSync(cert) };

createServer(options, (socket) => {
  let request = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    request = Buffer.concat([request, chunk]);
    if (!isWhole(request)) return;
    const body = randomBytes(Number(answerBytes));
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
    const answer = Buffer.concat([Buffer.from(head), body]);
    socket.end(answer);
    socket.on('close', () => console.log(JSON.stringify({ client: saidIn(request), server: saidIn(answer) })));
  });
}).listen(Number(port));

function isWhole(request) {
  const headEnd = request.indexOf('\r\n\r\n');
  const length = /content-length: (\d+)/i.exec(request.subarray(0, headEnd).toString())?.[1] ?? '0';
  return headEnd !== -1 && request.length >= headEnd + 4 + Number(length);
}

function saidIn(bytes) {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
