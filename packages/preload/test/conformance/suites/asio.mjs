/**
 * The tests of Boost.Asio that make sockets, from Debian's source package, each built twice: for a reactor on epoll(7), and for one on
 * select(2). The library is headers, of the same release.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportedTests } from '../cases.mjs';
import { sourcePackage, unpackedPackages } from '../debian.mjs';
import { CACHE } from '../places.mjs';

const LIMIT_S = 120;
const VERSION = '1.74';
const TESTS = [
  'buffered_read_stream',
  'buffered_stream',
  'buffered_write_stream',
  'connect',
  'generic/stream_protocol',
  'ip/basic_resolver',
  'ip/icmp',
  'ip/multicast',
  'ip/tcp',
  'ip/udp',
  'ip/unicast',
  'ip/v6_only',
  'socket_base',
];
/** As the Jamfile of the tests has them. */
const DEFINITIONS = ['_XOPEN_SOURCE=600', '_GNU_SOURCE=1', 'BOOST_ALL_NO_LIB=1', 'BOOST_ERROR_CODE_HEADER_ONLY'];
const REACTORS = {
  epoll: [],
  select: ['BOOST_ASIO_DISABLE_EPOLL', 'BOOST_ASIO_DISABLE_KQUEUE', 'BOOST_ASIO_DISABLE_IOCP'],
};

export const asio = {
  name: 'asio',
  cases() {
    return Object.keys(REACTORS).flatMap((reactor) => {
      const folder = build(reactor);
      return TESTS.map((test) =>
        reportedTests(`${reactor}/${test}`, { command: [join(folder, fileOf(test))], limitS: LIMIT_S }, results),
      );
    });
  },
};

/** Builds the tests for one reactor and says in which folder they are. */
function build(reactor) {
  const folder = join(CACHE, 'build/asio', reactor);
  if (existsSync(join(folder, '.complete'))) return folder;

  const headers = join(unpackedPackages('asio', [`libboost${VERSION}-dev`]), 'usr/include');
  const tests = join(sourcePackage(`boost${VERSION}`), 'libs/asio/test');
  const definitions = [...DEFINITIONS, ...REACTORS[reactor]].map((each) => `-D${each}`);
  mkdirSync(folder, { recursive: true });
  console.log(`asio: building for ${reactor}`);
  for (const test of TESTS) {
    const files = ['-o', join(folder, fileOf(test)), join(tests, `${test}.cpp`)];
    /* Its warnings are not ours. */
    const options = ['-std=c++14', '-w', '-pthread', '-I', headers, '-I', tests];
    execFileSync('g++', [...options, ...definitions, ...files], { stdio: 'pipe' });
  }
  writeFileSync(join(folder, '.complete'), '');
  return folder;
}

function fileOf(test) {
  return test.replaceAll('/', '-');
}

/** `ip_tcp_socket_runtime::test passed`; the number tells apart tests that have one name. */
function* results(output) {
  let number = 0;
  for (const [, name, word] of output.matchAll(/^(\S+) (passed|failed)$/gm)) {
    number += 1;
    yield [`${number} ${name}`, word === 'passed' ? 'pass' : 'fail'];
  }
}
