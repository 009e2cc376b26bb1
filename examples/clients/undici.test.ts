// undici, and fetch(), which is made of it: two services on one port, and a pool that all tests share.

import { createServer } from 'node:http';
import { Agent, request } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { listen } from './servers.js';

const network = useNetwork();

/** Answers with `text` on port 80 of the host of that name, and counts its connections. */
async function serve(name: string, text = name, whenFinished = onTestFinished) {
  const server = createServer((_request, response) => response.end(text));
  let connections = 0;
  server.on('connection', () => connections++);
  await listen(server, network.host(name), 80, whenFinished);
  return { connections: () => connections };
}

test('two services have port 80, each on a host of its own', async () => {
  await serve('shop');
  await serve('prices');
  for (const name of ['shop', 'prices']) {
    const { body } = await request(`http://${name}/`);
    expect(await body.text()).toBe(name);
    const response = await fetch(`http://${name}/`);
    expect(await response.text()).toBe(name);
  }
});

test('a port that nobody listens on refuses the connection', async () => {
  await serve('shop');
  await expect(request('http://shop:8080/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await expect(fetch('http://shop:8080/')).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
});

test('a name that no host has is unknown, even one of the internet', async () => {
  await serve('shop');
  await expect(request('http://example.org/')).rejects.toMatchObject({ code: 'ENOTFOUND', hostname: 'example.org' });
});

describe.concurrent('a pool that all tests share', () => {
  // Made once, as applications do it. It keeps connections open, but none that another test could get.
  const agent = new Agent({ connections: 1, keepAliveTimeout: 60_000 });

  test.for(['red', 'green', 'blue'])('connects once in each of them (%s)', async (colour, { onTestFinished }) => {
    const shop = await serve('shop', colour, onTestFinished);
    for (let i = 0; i < 5; i++) {
      const { body } = await request('http://shop/', { dispatcher: agent });
      expect(await body.text()).toBe(colour);
    }
    expect(shop.connections()).toBe(1);
  });
});

test('an agent of the test has as many connections as it may', async () => {
  const agent = new Agent({ connections: 3 });
  onTestFinished(() => agent.destroy());
  const shop = await serve('shop');
  const bodies = Array.from({ length: 30 }, async () => {
    const { body } = await request('http://shop/', { dispatcher: agent });
    return body.text();
  });
  expect(await Promise.all(bodies)).toEqual(Array(30).fill('shop'));
  expect(shop.connections()).toBe(3);
});
