// fetch(), axios and undici: two services on one port, and a port that nobody listens on.

const { createServer } = require('node:http');
const { once } = require('node:events');
const axios = require('axios');
const { network } = require('jest-environment-socket-wrapper');
const undici = require('undici');

const servers = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Answers with its own name on port 80 of the host of that name. */
async function serve(name) {
  const server = createServer((_request, response) => response.end(name));
  servers.push(server);
  await network.host(name).within(() => once(server.listen(80), 'listening'));
}

const clients = {
  fetch: async (url) => (await fetch(url)).text(),
  axios: async (url) => (await axios.get(url)).data,
  undici: async (url) => (await undici.request(url)).body.text(),
};

test.each(Object.keys(clients))('%s reaches two services on port 80', async (name) => {
  await serve('shop');
  await serve('prices');
  expect(await clients[name]('http://shop/')).toBe('shop');
  expect(await clients[name]('http://prices/')).toBe('prices');
});

test.each(Object.keys(clients))('%s is refused where nobody listens', async (name) => {
  await serve('shop');
  const error = await clients[name]('http://shop:81/').catch((error) => error);
  expect(error.code ?? error.cause.code).toBe('ECONNREFUSED');
});
