import { describe, expect } from 'vitest';
import { requireProgram } from '../support/programs.js';
import { it } from './support/fixtures.js';

describe('ip', () => {
  it('shows the interfaces of its host and not those of the machine', async ({ network, skip }) => {
    requireProgram('ip', { skip });
    const host = network.host('box');
    const ip = async (...args: string[]) => (await host.run('ip', args)).stdout;
    const addresses: { ifname: string; mtu: number; addr_info: { local: string; prefixlen: number }[] }[] = JSON.parse(
      await ip('-json', 'address'),
    );
    expect(addresses.map(({ ifname, mtu }) => ({ ifname, mtu }))).toEqual([
      { ifname: 'lo', mtu: 65536 },
      { ifname: 'eth0', mtu: 1500 },
    ]);
    expect(addresses.map(({ addr_info }) => addr_info.map(({ local, prefixlen }) => `${local}/${prefixlen}`))).toEqual([
      ['127.0.0.1/8', '::1/128'],
      [`${host.ipv4}/24`, `${host.ipv6}/120`],
    ]);
    expect(await ip('-6', '-oneline', 'address', 'show', 'eth0')).toContain(`inet6 ${host.ipv6}/120 scope global`);
    expect((await ip('-oneline', 'link')).split('\n')).toEqual([
      expect.stringMatching(/^1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 /),
      expect.stringMatching(/^2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 .* link\/ether 02:53:57:00:00:0b /),
    ]);
    const { exitCode, stderr } = await host.run('ip', ['link', 'show', 'eth1'], { reject: false });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'Device "eth1" does not exist.' });
  });

  it("shows nothing of the machine's queues, settings, counters and bridges, nor whom it has talked to", async ({
    network,
    skip,
  }) => {
    requireProgram('ip', { skip });
    const host = network.host('box');
    const ip = async (...args: string[]) => (await host.run('ip', args)).stdout;
    expect(await ip('netconf')).toBe('');
    expect(await ip('ntable')).toBe('');
    const groups = (await ip('-oneline', 'maddress')).split('\n');
    expect([...new Set(groups.map((line) => line.split(/[\s\\]+/, 2).join(' ')))]).toEqual(['1: lo', '2: eth0']);
    const { stdout, stderr } = await host.run('ip', ['tcp_metrics'], { reject: false });
    expect({ stdout, stderr: stderr.split('\n')[0] }).toEqual({
      stdout: '',
      stderr: 'RTNETLINK answers: No such file or directory',
    });
  });
});
