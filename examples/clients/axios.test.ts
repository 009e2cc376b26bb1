// axios: one client per service, and who is calling.

import { Agent, createServer } from 'node:http';
import axios, { AxiosError } from 'axios';
import { expect, test } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { listen } from './servers.js';

const network = useNetwork();

// Module state, as in an application: made before there is any network, and used by all tests.
const users = axios.create({ baseURL: 'http://users/', httpAgent: new Agent({ keepAlive: true }) });
const orders = axios.create({ baseURL: 'http://orders/', httpAgent: new Agent({ keepAlive: true }) });

/** Answers with JSON on port 80 of the host. */
async function serve(name: string, answer: object) {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ...answer, client: request.socket.remoteAddress }));
  });
  let connections = 0;
  server.on('connection', () => connections++);
  await listen(server, network.host(name), 80);
  return { server, connections: () => connections };
}

test('two services have port 80, each on a host of its own', async () => {
  await serve('users', { name: 'Ada' });
  await serve('orders', { total: 12.5 });
  expect((await users.get('/7')).data).toMatchObject({ name: 'Ada' });
  expect((await orders.get('/42')).data).toMatchObject({ total: 12.5 });
});

test.for(['Ada', 'Grace', 'Edsger'])('a connection kept alive is not carried into the next test (%s)', async (name) => {
  const { connections } = await serve('users', { name });
  for (let i = 0; i < 3; i++) expect((await users.get('/7')).data).toMatchObject({ name });
  expect(connections()).toBe(1);
});

test('a server sees which host a client is on', async () => {
  await serve('users', {});
  const laptop = network.host('laptop');
  const config = { family: 4 } as const;
  expect((await users.get('/', config)).data.client).toContain(network.testHost.ipv4);
  expect((await laptop.within(() => users.get('/', config))).data.client).toContain(laptop.ipv4);
});

test('a service that is down refuses connections, and one that is up again takes them', async () => {
  const version = async () => (await users.get('/', { httpAgent: new Agent() })).data.version;
  const { server } = await serve('users', { version: 1 });
  expect(await version()).toBe(1);

  await new Promise((resolve) => server.close(resolve));
  const error = await version().catch((error: unknown) => error);
  expect(error).toBeInstanceOf(AxiosError);
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });

  await serve('users', { version: 2 });
  expect(await version()).toBe(2);
});

test('a name that no host has is unknown', async () => {
  network.host('users');
  await expect(axios.get('http://example.org/')).rejects.toMatchObject({ code: 'ENOTFOUND' });
});

test('a request can be called off', async () => {
  const requested = new AbortController();
  await listen(
    createServer(() => requested.abort()),
    network.host('users'),
    80,
  ); // Never answers.
  await expect(users.get('/', { signal: requested.signal })).rejects.toMatchObject({ code: 'ERR_CANCELED' });
});
