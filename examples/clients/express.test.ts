// express, with supertest, as most tests of it are written.

import { createServer } from 'node:http';
import express from 'express';
import request from 'supertest';
import { expect, test } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { listen } from './servers.js';

const network = useNetwork();

/** A shop that takes orders, and tells the depot of each. */
function makeShop() {
  const app = express();
  app.use(express.json());
  app.post('/orders', async ({ body, ip }, response) => {
    const answer = await fetch('http://depot/parcels', { method: 'POST', body: JSON.stringify(body) });
    response.status(answer.ok ? 201 : 502).json({ parcel: await answer.text(), customer: ip });
  });
  // Whatever goes wrong behind the shop.
  app.use((error: Error, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
    response.status(503).json({ reason: (error.cause as { code?: string }).code });
  });
  return app;
}

test('supertest asks an application that needs another service', async () => {
  await listen(
    createServer((_request, response) => response.end('P-1')),
    network.host('depot'),
    80,
  );
  const { status, body } = await request(makeShop()).post('/orders').send({ book: 'Ulysses' });
  expect(status).toBe(201);
  expect(body.parcel).toBe('P-1');
});

test('supertest sees what becomes of an order when the depot is closed', async () => {
  network.host('depot');
  const { status, body } = await request(makeShop()).post('/orders').send({ book: 'Ulysses' });
  expect({ status, body }).toEqual({ status: 503, body: { reason: 'ECONNREFUSED' } });
});

test('an application on a host sees who asks', async () => {
  await listen(
    createServer((_request, response) => response.end('P-1')),
    network.host('depot'),
    80,
  );
  await listen(createServer(makeShop()), network.host('shop'), 80);
  const laptop = network.host('laptop');
  // A request of supertest starts when it is awaited, so that must happen on the laptop, too.
  const order = async () =>
    await request(`http://${network.host('shop').ipv4}`)
      .post('/orders')
      .send({});
  const { body } = await laptop.within(order);
  expect(body.customer).toBe(`::ffff:${laptop.ipv4}`);
});
