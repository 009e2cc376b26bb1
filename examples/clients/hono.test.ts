// hono: the same application, called directly and as a server.

import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { listen } from './servers.js';

const network = useNetwork();

/** Passes requests on to the host of that name. */
function makeGateway(upstream: string): Hono {
  return new Hono().get('/*', async ({ req }) => fetch(`http://${upstream}${new URL(req.url).pathname}`));
}

test('a gateway passes requests on to its service', async () => {
  const service = new Hono().get('/users/:id', ({ req, json }) =>
    json({ id: req.param('id'), host: req.header('host') }),
  );
  await listen(createAdaptorServer(service), network.host('users'), 80);
  const gateway = makeGateway('users');

  const direct = await gateway.request('/users/7');
  expect(await direct.json()).toEqual({ id: '7', host: 'users' });

  await listen(createAdaptorServer(gateway), network.host('gateway'), 80);
  const response = await network.host('laptop').within(() => fetch('http://gateway/users/8'));
  expect(await response.json()).toEqual({ id: '8', host: 'users' });
});

test('a gateway streams what its service has not yet finished', async () => {
  const service = new Hono().get('/', ({ body }) => {
    const parts = ['one', 'two', 'three'].map((part) => new TextEncoder().encode(`${part}\n`));
    return body(
      new ReadableStream({ pull: (stream) => (parts.length ? stream.enqueue(parts.shift()) : stream.close()) }),
    );
  });
  await listen(createAdaptorServer(service), network.host('feed'), 80);
  await listen(createAdaptorServer(makeGateway('feed')), network.host('gateway'), 80);
  const response = await fetch('http://gateway/');
  expect(await response.text()).toBe('one\ntwo\nthree\n');
});
