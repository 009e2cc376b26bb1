// fastify: a service that asks another one, each on port 80 of its own host.

import fastify, { type FastifyInstance } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';

const network = useNetwork();

/** Lets an application listen on port 80 of the host of that name, until the test ends. */
async function serve(name: string, app: FastifyInstance): Promise<string> {
  onTestFinished(() => app.close());
  return network.host(name).within(() => app.listen({ port: 80, host: '::' }));
}

test('a service asks another one by its name', async () => {
  const prices = fastify();
  prices.get('/prices/:book', async ({ params }) => ({ book: (params as { book: string }).book, cents: 1250 }));
  await serve('prices', prices);

  const shop = fastify();
  shop.get('/books/:book', async ({ params, ip }) => {
    const response = await fetch(`http://prices/prices/${(params as { book: string }).book}`);
    return { ...((await response.json()) as object), customer: ip };
  });
  await serve('shop', shop);

  const laptop = network.host('laptop');
  const response = await laptop.within(() => fetch(`http://${network.host('shop').ipv4}/books/ulysses`));
  expect(await response.json()).toEqual({ book: 'ulysses', cents: 1250, customer: `::ffff:${laptop.ipv4}` });
  expect(network).toHaveConnected('shop', 'prices:80');
});

test('a port that is taken is taken on one host alone', async () => {
  await serve('one', fastify());
  await expect(serve('one', fastify())).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect(await serve('two', fastify())).toMatch(/^http:/);
});
