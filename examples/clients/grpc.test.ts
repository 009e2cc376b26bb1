// @grpc/grpc-js: calls, streams, a deadline, and a channel that finds its server again.

import { fileURLToPath } from 'node:url';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { expect, onTestFinished, test } from 'vitest';
import { type ProgramHost, useNetwork } from 'vitest-plugin-socket-wrapper';

const network = useNetwork();

interface Item {
  readonly name: string;
}
interface Quote {
  readonly cents: number;
}

/** What proto-loader makes of the service in shop.proto. */
type ShopClient = grpc.Client & {
  price(item: Item, options: grpc.CallOptions, answer: grpc.requestCallback<Quote>): grpc.ClientUnaryCall;
  watch(item: Item): grpc.ClientReadableStream<Quote>;
};
interface ShopPackage {
  readonly shop: {
    readonly Shop: {
      new (...args: ConstructorParameters<typeof grpc.Client>): ShopClient;
      service: grpc.ServiceDefinition;
    };
  };
}

const { shop } = grpc.loadPackageDefinition(
  loadSync(fileURLToPath(new URL('shop.proto', import.meta.url))),
) as unknown as ShopPackage;

/** A shop on port 50051 of the host, until it is stopped or the test ends. */
async function startShop(host: ProgramHost, cents: number, test = { onTestFinished }): Promise<{ stop(): void }> {
  const server = new grpc.Server();
  server.addService(shop.Shop.service, {
    price: ({ request }: grpc.ServerUnaryCall<Item, Quote>, answer: grpc.sendUnaryData<Quote>) => {
      if (request.name !== 'silence') answer(null, { cents });
    },
    watch: (call: grpc.ServerWritableStream<Item, Quote>) => {
      for (const more of [0, 1, 2]) call.write({ cents: cents + more });
      call.end();
    },
  });
  const credentials = grpc.ServerCredentials.createInsecure();
  await host.within(
    () =>
      new Promise<void>((resolve, reject) => {
        server.bindAsync('[::]:50051', credentials, (error) => (error === null ? resolve() : reject(error)));
      }),
  );
  const stop = () => server.forceShutdown();
  test.onTestFinished(stop);
  return { stop };
}

/** A client of the shop at `address`, closed with the test. */
function makeClient(address: string, options: grpc.ChannelOptions = {}, test = { onTestFinished }): ShopClient {
  const client = new shop.Shop(address, grpc.credentials.createInsecure(), options);
  test.onTestFinished(() => client.close());
  return client;
}

function priceOf(client: ShopClient, name: string, options: grpc.CallOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    client.price({ name }, options, (error, quote) => (error === null ? resolve(quote?.cents ?? 0) : reject(error)));
  });
}

// As an application has it: made once, in a module that all tests import.
const shared = new shop.Shop('books:50051', grpc.credentials.createInsecure());

const waiting = { opened: [] as (() => void)[], asked: [] as (() => void)[], sharing: [] as (() => void)[] };

/** Resolves when all three tests that run at the same time have come so far. */
function allHave(point: keyof typeof waiting): Promise<void> {
  return new Promise((resolve) => {
    waiting[point].push(resolve);
    if (waiting[point].length === 3) for (const go of waiting[point]) go();
  });
}

test('two shops have the same port, each on a host of its own', async () => {
  await startShop(network.host('books'), 1250);
  await startShop(network.host('tea'), 300);
  expect(await priceOf(makeClient('books:50051'), 'The C Programming Language')).toBe(1250);
  expect(await priceOf(makeClient('dns:///tea:50051'), 'Assam')).toBe(300);
  expect(await priceOf(makeClient(`ipv4:${network.host('tea').ipv4}:50051`), 'Assam')).toBe(300);
  expect(await priceOf(makeClient(`ipv6:[${network.host('tea').ipv6}]:50051`), 'Assam')).toBe(300);
});

test('a stream brings one quote after the other', async () => {
  await startShop(network.host('books'), 100);
  const quotes: number[] = [];
  for await (const { cents } of makeClient('books:50051').watch({ name: 'Ulysses' })) quotes.push(cents);
  expect(quotes).toEqual([100, 101, 102]);
});

test('a shop that does not answer exceeds the deadline, and one that is closed is unavailable', async () => {
  const books = network.host('books');
  const client = makeClient('books:50051');
  await expect(priceOf(client, 'Ulysses')).rejects.toMatchObject({
    code: grpc.status.UNAVAILABLE,
    details: expect.stringContaining('ECONNREFUSED'),
  });
  await startShop(books, 100);
  // The channels of a test share their connections. This one is not to wait as the other does after its failure.
  const silence = makeClient('books:50051', { 'grpc.use_local_subchannel_pool': 1 });
  await expect(priceOf(silence, 'silence', { deadline: Date.now() + 100 })).rejects.toMatchObject({
    code: grpc.status.DEADLINE_EXCEEDED,
  });
});

test('a channel finds its server again when that was started anew', async () => {
  const books = network.host('books');
  const first = await startShop(books, 100);
  const client = makeClient('books:50051', { 'grpc.initial_reconnect_backoff_ms': 10 });
  expect(await priceOf(client, 'Ulysses')).toBe(100);
  first.stop();
  const channel = client.getChannel();
  await new Promise((resolve) =>
    channel.watchConnectivityState(grpc.connectivityState.READY, Number.POSITIVE_INFINITY, resolve),
  );
  await startShop(books, 200);
  await new Promise((resolve) => client.waitForReady(Number.POSITIVE_INFINITY, resolve));
  expect(await priceOf(client, 'Ulysses')).toBe(200);
});

test.concurrent.for([100, 200, 300])('tests that run at the same time have a shop each: %i', async (cents, context) => {
  const client = makeClient('books:50051', {}, context);
  await startShop(network.host('books'), cents, context);
  await allHave('opened');
  context.expect([await priceOf(client, 'Ulysses'), await priceOf(client, 'Walden')]).toEqual([cents, cents]);
  await allHave('asked');
});

test.for([100, 200])('a client that all tests share asks the shop of each: %i', async (cents) => {
  await startShop(network.host('books'), cents);
  expect(await priceOf(shared, 'Ulysses')).toBe(cents);
});

test.concurrent.for([100, 200, 300])('and of those that run at the same time: %i', async (cents, context) => {
  await startShop(network.host('books'), cents, context);
  await allHave('sharing');
  context.expect([await priceOf(shared, 'Ulysses'), await priceOf(shared, 'Walden')]).toEqual([cents, cents]);
});
