// A web shop: nginx, redis, curl and redis-cli, as they come from the distribution. All tests run at the same
// time. Each has its own nginx on port 80 and its own redis on port 6379, since each has a network of its own.

import { beforeEach, describe, expect, test } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { needs, startNginx, startNode, startRedis } from './programs.js';

const network = useNetwork();

describe.concurrent('the shop', () => {
  beforeEach((context) => needs(['nginx', 'redis-server', 'redis-cli', 'curl'], context));

  /** Every test begins like this, on addresses that are the same every time. */
  async function openShop({ location = 'return 200 "Welcome\\n";' } = {}) {
    const web = network.host('web');
    const db = network.host('db');
    await Promise.all([startNginx(web, location), startRedis(db)]);
    return { web, db, laptop: network.host('laptop') };
  }

  test('welcomes customers by name, over IPv4', async () => {
    const { laptop } = await openShop();
    const { stdout } = await laptop.run('curl', ['-s', '-4', 'http://web/']);
    expect(stdout).toBe('Welcome');
  });

  test('welcomes customers by address, over IPv6', async () => {
    const { web, laptop } = await openShop();
    const { stdout } = await laptop.run('curl', ['-s', '-6', `http://[${web.ipv6}]/`]);
    expect(stdout).toBe('Welcome');
  });

  test('welcomes the test itself, which is a host as well', async () => {
    await openShop();
    const response = await fetch('http://web/');
    expect(await response.text()).toBe('Welcome\n');
  });

  test('tells customers apart by their address', async () => {
    const { laptop } = await openShop({ location: 'return 200 "$remote_addr\\n";' });
    const phone = network.host('phone');
    const [onLaptop, onPhone] = await Promise.all(
      [laptop, phone].map((host) => host.run('curl', ['-s', '-4', 'http://web/'])),
    );
    expect([onLaptop?.stdout, onPhone?.stdout]).toEqual([laptop.ipv4, phone.ipv4]);
  });

  // The same test five times, at the same time: a redis that two of them shared would count to 2.
  test.for([1, 2, 3, 4, 5])('counts its first visitor in a database of its own (%i)', async () => {
    const { web } = await openShop();
    const { stdout } = await web.run('redis-cli', ['-h', 'db', 'incr', 'visitors']);
    expect(stdout).toBe('1');
  });

  test('passes requests on to the application behind it', async () => {
    const app = network.host('app');
    await startNode(app, "response.end('from the application, asked for ' + request.url)");
    const { laptop } = await openShop({ location: `proxy_pass http://${app.ipv4};` });
    const { stdout } = await laptop.run('curl', ['-s', 'http://web/cart']);
    expect(stdout).toBe('from the application, asked for /cart');
  });
});
