// The same with nothing but Node.js, for machines that have no nginx.

import { once } from 'node:events';
import { createServer } from 'node:http';
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

  // The test is a host too: fetch, net.connect and every client made of them are on the network of the test they are called in.
  test('lets the test talk to its hosts, by name, and to no others', async () => {
    await startNode(network.host('web'), "response.end('Welcome, ' + request.socket.remoteAddress)");
    const response = await fetch('http://web/');
    expect(await response.text()).toContain(network.testHost.ipv4);
    await expect(fetch('http://example.org/')).rejects.toThrow();
  });

  test('lets programs talk to a server of the test', async () => {
    const laptop = network.host('laptop');
    const server = createServer((_request, response) => response.end('from the test')).listen(80);
    await once(server, 'listening');
    expect(await fetchOn(laptop, 'http://test/')).toBe('from the test');
    server.close();
  });
});
