// The same with nothing but Node.js, for machines that have no nginx.

import { describe, expect, test } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { fetchOn, startNode } from './programs.js';

const network = useNetwork();

describe.concurrent('Node.js alone', () => {
  test.for(['ipv4', 'ipv6'] as const)('has port 80 of every host to itself (%s)', async (family) => {
    const web = network.host('web');
    const shop = network.host('shop');
    await Promise.all([startNode(web, "response.end('web')"), startNode(shop, "response.end('shop')")]);

    const laptop = network.host('laptop');
    const address = (host: typeof web) => (family === 'ipv4' ? host.ipv4 : `[${host.ipv6}]`);
    expect(await fetchOn(laptop, `http://${address(web)}/`)).toBe('web');
    expect(await fetchOn(laptop, `http://${address(shop)}/`)).toBe('shop');
  });

  test('finds hosts by name, and no others', async () => {
    await startNode(network.host('web'), "response.end('Welcome')");
    const laptop = network.host('laptop');
    expect(await fetchOn(laptop, 'http://web/')).toBe('Welcome');
    await expect(fetchOn(laptop, 'http://example.org/')).rejects.toThrow(/ENOTFOUND/);
  });
});
