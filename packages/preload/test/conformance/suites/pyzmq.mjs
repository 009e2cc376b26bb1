/** The tests of pyzmq, and with them of ZeroMQ, of Debian's package python3-zmq, run with pytest. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { unpackedPackages } from '../debian.mjs';
import { pytestModule, searchPath } from '../python.mjs';

const PACKAGES = [
  ...['zmq', 'pytest', 'pytest-asyncio', 'iniconfig', 'packaging', 'pluggy', 'tornado', 'gevent', 'greenlet'].map(
    (each) => `python3-${each}`,
  ),
  'libzmq5',
  'libnorm1',
  'libpgm-5.3-0',
  'libsodium23',
];
/** These two test types and a compiler. */
const LEFT_OUT = ['test_cython.py', 'test_mypy.py'];

export const pyzmq = {
  name: 'pyzmq',
  cases() {
    const root = unpackedPackages('pyzmq', PACKAGES);
    const [machine] = readdirSync(join(root, 'usr/lib')).filter((each) => each.endsWith('-linux-gnu'));
    const environment = { ...searchPath(root), LD_LIBRARY_PATH: join(root, 'usr/lib', machine) };
    const folder = join(environment.PYTHONPATH, 'zmq/tests');
    return readdirSync(folder)
      .filter((file) => /^test_.*\.py$/.test(file) && !LEFT_OUT.includes(file))
      .map((file) => pytestModule(join(folder, file), environment));
  },
};
