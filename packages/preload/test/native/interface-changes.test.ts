/** What a program of root changes by netlink(7): not the interfaces of the machine, and those of its own namespace as ever. */
import { execa } from 'execa';
import { beforeEach, describe, expect, it } from 'vitest';
import { requireProgram } from '../support/programs.js';
import { SANDBOX } from './support/compile.js';
import { LIBRARY } from './support/paths.js';
import { hasNamespaces, ON_10_53_57, withDirectory } from './support/run.js';

const CHANGES = [
  'link set lo up',
  'link set eth0 down',
  'link add d0 type bridge',
  'address add 192.0.2.1/24 dev lo',
  'address del 127.0.0.1/8 dev lo',
  'route add 198.51.100.0/24 dev lo',
  'rule add from 192.0.2.1 table 5',
  'neighbour add 192.0.2.2 dev lo lladdr 02:00:00:00:00:01',
];

/** Runs `lines` redirected, in a namespace where lo is down, and then shows without the library what became of that. */
async function afterwards(lines: string): Promise<readonly string[]> {
  const script = `LD_PRELOAD=${LIBRARY} sh -c "$0" 2>&1; ip -oneline link show lo; ip -oneline address; ip rule | wc -l`;
  const { stdout } = await withDirectory((directory) =>
    execa(SANDBOX, ['down', 'sh', '-c', script, lines], { env: { SOCKET_WRAPPER_DIR: directory, ...ON_10_53_57 } }),
  );
  return stdout.split('\n').map((line) => line.replace(/ mtu .*/, ''));
}

const UNCHANGED = ['1: lo: <LOOPBACK>', '3'];

describe('ip(8) of root', () => {
  beforeEach(async (context) => {
    requireProgram('ip', context);
    if (!(await hasNamespaces())) context.skip();
  });

  it.each(CHANGES)('is not permitted: %s', async (change) => {
    expect(await afterwards(`ip ${change}`)).toEqual(['RTNETLINK answers: Operation not permitted', ...UNCHANGED]);
  });

  it('changes what it likes in a network namespace of its own', async () => {
    const own = [
      'ip link set lo up && echo up',
      'ip address add 192.0.2.1/24 dev lo && echo added',
      'ip address del 192.0.2.1/24 dev lo && echo removed',
      'ip address del 192.0.2.1/24 dev lo 2>/dev/null || echo gone',
    ].join('; ');
    expect(await afterwards(`unshare --net sh -c '${own}'`)).toEqual(['up', 'added', 'removed', 'gone', ...UNCHANGED]);
  });
});
