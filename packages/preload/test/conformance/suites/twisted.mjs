/** The network tests of Twisted, of Debian's package python3-twisted. */
import { unpackedPackages } from '../debian.mjs';
import { pythonModule, searchPath } from '../python.mjs';

const MODULES = [
  'internet.test.test_abstract',
  'internet.test.test_address',
  'internet.test.test_asyncioreactor',
  'internet.test.test_core',
  'internet.test.test_endpoints',
  'internet.test.test_epollreactor',
  'internet.test.test_fdset',
  'internet.test.test_filedescriptor',
  'internet.test.test_newtls',
  'internet.test.test_posixbase',
  'internet.test.test_process',
  'internet.test.test_protocol',
  'internet.test.test_resolver',
  'internet.test.test_socket',
  'internet.test.test_stdio',
  'internet.test.test_tcp',
  'internet.test.test_threads',
  'internet.test.test_tls',
  'internet.test.test_udp',
  'internet.test.test_udp_internals',
  'internet.test.test_unix',
  'test.test_abstract',
  'test.test_amp',
  'test.test_fdesc',
  'test.test_ftp',
  'test.test_ident',
  'test.test_internet',
  'test.test_loopback',
  'test.test_pcp',
  'test.test_protocols',
  'test.test_socks',
  'test.test_ssl',
  'test.test_sslverify',
  'test.test_stdio',
  'test.test_tcp',
  'test.test_tcp_internals',
  'test.test_udp',
  'test.test_unix',
  'web.test.test_agent',
  'web.test.test_http',
  'web.test.test_webclient',
  'names.test.test_client',
  'names.test.test_dns',
  'names.test.test_names',
  'names.test.test_rootresolve',
  'names.test.test_server',
];

export const twisted = {
  name: 'twisted',
  cases() {
    const environment = searchPath(unpackedPackages('twisted', ['python3-twisted']));
    return MODULES.map((module) => pythonModule(`twisted.${module}`, { environment }));
  },
};
