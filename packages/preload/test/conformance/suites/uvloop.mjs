/** CPython's tests of asyncio that make sockets, on uvloop's loop, which is libuv's, of Debian's package python3-uvloop. */
import { fileURLToPath } from 'node:url';
import { unpackedPackages } from '../debian.mjs';
import { pythonModule, searchPath } from '../python.mjs';
import { assertTestsInstalled } from './cpython.mjs';

const ON_UVLOOP = fileURLToPath(new URL('../on_uvloop.py', import.meta.url));
/** Of those that are run on each of Python's own loops, once. */
const TESTS = [
  'test_buffered_proto',
  'test_events.EPollEventLoopTests',
  'test_sock_lowlevel.EPollEventLoopTests',
  'test_ssl',
  'test_streams',
  'test_subprocess',
];

export const uvloop = {
  name: 'uvloop',
  cases() {
    assertTestsInstalled();
    const environment = searchPath(unpackedPackages('uvloop', ['python3-uvloop']));
    return TESTS.map((each) => pythonModule(`test.test_asyncio.${each}`, { environment, through: [ON_UVLOOP] }));
  },
};
