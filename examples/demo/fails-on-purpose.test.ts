// What a failure looks like. The price list of the shop writes 12,50 where the till expects 12.50.

import { expect, test } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { fetchOn, startNode } from './programs.js';

const network = useNetwork();

test('the till gets the price of a book', async () => {
  await startNode(network.host('prices'), `response.end('{"book":"12,50"}')`);
  const till = network.host('till');
  const prices = JSON.parse(await fetchOn(till, 'http://prices/book.json'));
  expect(prices.book).toBe('12.50');
});
