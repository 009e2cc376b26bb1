// Serves port 80 in a scope and asks itself there, by name; prints the answer and what dns.lookup() and its promise say.
import dns from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { openScope } from '@socket-wrapper/preload';

const scope = openScope({ file: import.meta.filename, fullName: 'attached', attempt: 0 }, { capture: 'off' });
await scope.run(async () => {
  const server = createServer(({ socket }, response) => response.end(socket.remoteAddress)).listen(80);
  await once(server, 'listening');
  console.log(await (await fetch('http://test/')).text());
  console.log((await promisify(dns.lookup)('test')).address, (await dns.promises.lookup('test')).address);
  server.closeAllConnections();
  server.close();
});
await scope.end('passed');
