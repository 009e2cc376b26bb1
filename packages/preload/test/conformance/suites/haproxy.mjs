/** HAProxy's regression tests, from Debian's source and binary packages, run by varnishtest, which their own runner stems from. */
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { singleTest } from '../cases.mjs';
import { sourcePackage, unpackedPackages } from '../debian.mjs';

const LIMIT_S = 90;
/** Seconds after which the runner itself gives up. */
const RUNNER_LIMIT_S = 60;
const BUFFER_BYTES = 2 << 20;

export const haproxy = {
  name: 'haproxy',
  cases() {
    const source = sourcePackage('haproxy');
    const root = unpackedPackages('haproxy', ['haproxy', 'varnish', 'libvarnishapi3']);
    const library = join(root, 'usr/lib/x86_64-linux-gnu');
    const environment = {
      HAPROXY_PROGRAM: join(root, 'usr/sbin/haproxy'),
      LD_LIBRARY_PATH: `${library}:${library}/varnish`,
    };
    const runner = [join(root, 'usr/bin/varnishtest'), '-v', '-k', '-b', String(BUFFER_BYTES)];
    const tests = join(source, 'reg-tests');
    return readdirSync(tests, { recursive: true })
      .filter((file) => file.endsWith('.vtc') && statSync(join(tests, file)).isFile())
      .map((file) => {
        const command = [...runner, '-t', String(RUNNER_LIMIT_S), relative(source, join(tests, file))];
        return singleTest(file, { command, environment, folder: source, limitS: LIMIT_S });
      });
  },
};
