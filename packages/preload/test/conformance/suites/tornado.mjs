/** The tests of Tornado, of Debian's package python3-tornado. */
import { unpackedPackages } from '../debian.mjs';
import { pythonModule, searchPath } from '../python.mjs';

const MODULES = [
  'asyncio',
  'http1connection',
  'httpclient',
  'httpserver',
  'ioloop',
  'iostream',
  'netutil',
  'process',
  'simple_httpclient',
  'tcpclient',
  'tcpserver',
  'testing',
  'web',
  'websocket',
  'wsgi',
];

export const tornado = {
  name: 'tornado',
  cases() {
    const environment = { ...searchPath(unpackedPackages('tornado', ['python3-tornado'])), ASYNC_TEST_TIMEOUT: '30' };
    return MODULES.map((module) => pythonModule(`tornado.test.${module}_test`, { environment }));
  },
};
