// got: a service that is not up yet, and one that is overloaded.

import { createServer, type RequestListener } from 'node:http';
import got, { HTTPError, type RequestError } from 'got';
import { expect, test } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { listen } from './servers.js';

const network = useNetwork();

const serve = (name: string, answer: RequestListener) => listen(createServer(answer), network.host(name), 80);

test('a client reaches its service by the name in its configuration', async () => {
  await serve('api', (request, response) =>
    response.end(JSON.stringify({ host: request.headers.host, url: request.url })),
  );
  const api = got.extend({ prefixUrl: 'http://api/v1', responseType: 'json' });
  const { body } = await api('users?page=2');
  expect(body).toEqual({ host: 'api', url: '/v1/users?page=2' });
});

test('a request is repeated until its service has come up', async () => {
  network.host('api'); // There, but it does not listen: "connection refused".
  const refused: (string | undefined)[] = [];
  const text = await got('http://api/', {
    retry: { limit: 1, calculateDelay: ({ computedValue }) => Math.min(computedValue, 1) },
    hooks: {
      beforeRetry: [
        async (error: RequestError) => {
          refused.push(error.code);
          await serve('api', (_request, response) => response.end('here I am'));
        },
      ],
    },
  }).text();
  expect(text).toBe('here I am');
  expect(refused).toEqual(['ECONNREFUSED']);
});

test('a request is repeated on the connection that it was refused on with status 503', async () => {
  const ports = new Set<number | undefined>();
  let requests = 0;
  await serve('api', (request, response) => {
    ports.add(request.socket.remotePort);
    response.statusCode = ++requests < 3 ? 503 : 200;
    response.end('done');
  });
  const retry = {
    limit: 2,
    calculateDelay: ({ computedValue }: { computedValue: number }) => Math.min(computedValue, 1),
  };
  expect(await got('http://api/', { retry }).text()).toBe('done');
  expect(requests).toBe(3);
});

test('errors say what has happened', async () => {
  await serve('api', (_request, response) => response.writeHead(404).end());
  const retry = { limit: 0 };
  await expect(got('http://api/', { retry })).rejects.toBeInstanceOf(HTTPError);
  await expect(got('http://api:81/', { retry })).rejects.toMatchObject({ name: 'RequestError', code: 'ECONNREFUSED' });
  await expect(got('http://apj/', { retry })).rejects.toThrow('getaddrinfo ENOTFOUND apj');
});
