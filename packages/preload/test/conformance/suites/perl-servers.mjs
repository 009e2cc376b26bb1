/** The network tests of event loops, servers and clients of Perl's, Mojolicious and LWP among them, from Debian's source packages. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reportedTests, tapResults } from '../cases.mjs';
import { sourcePackage, unpackedPackages } from '../debian.mjs';
import { perlSearchPath } from '../perl.mjs';

const LIMIT_S = 120;
const PACKAGES = [
  'libev-perl',
  'libio-socket-ssl-perl',
  'libcommon-sense-perl',
  'libio-async-perl',
  'libhttp-daemon-perl',
  'libwww-perl',
  'libtest-fatal-perl',
  'libtry-tiny-perl',
  'libtest-needs-perl',
  'libtest-requires-perl',
];
const MODULES = [
  {
    name: 'mojolicious',
    source: 'libmojolicious-perl',
    folder: 't/mojo',
    tests:
      /^(daemon|hypnotoad|ioloop|morbo|prefork|proxy|psgi|reactor|request_cgi|subprocess|tls|user_agent|websocket|transactor)/,
  },
  {
    name: 'mojolicious',
    source: 'libmojolicious-perl',
    folder: 't/mojolicious',
    tests: /^(lite|app|websocket|tls|longpolling|sse|proxy|group)/,
  },
  { name: 'anyevent', source: 'libanyevent-perl', folder: 't', tests: /^(0|1|handle|.*ioasync)/ },
  { name: 'http-daemon', source: 'libhttp-daemon-perl', folder: 't', tests: /^[b-z]/ },
  { name: 'io-socket-ssl', source: 'libio-socket-ssl-perl', folder: 't', tests: /./ },
  { name: 'libwww', source: 'libwww-perl', folder: 't/base', tests: /./ },
  { name: 'libwww', source: 'libwww-perl', folder: 't/local', tests: /./ },
  { name: 'libwww', source: 'libwww-perl', folder: 't/robot', tests: /./ },
  { name: 'net-ssleay', source: 'libnet-ssleay-perl', folder: 't/local', tests: /^(0[4-8]|11|3[69]|4|6)/ },
];

export const perlServers = {
  name: 'perl-servers',
  cases() {
    const root = unpackedPackages('perl-servers', PACKAGES);
    /* Some of Mojolicious' tests are for those who ask for them. */
    const asked = {
      TEST_HYPNOTOAD: '1',
      TEST_MORBO: '1',
      TEST_PREFORK: '1',
      TEST_SUBPROCESS: '1',
      TEST_EV: '1',
      TEST_TLS: '1',
      TEST_IPV6: '1',
      TEST_UNIX: '1',
    };
    return MODULES.flatMap(({ name, source, folder, tests }) => {
      const place = sourcePackage(source);
      const { PERL5LIB } = perlSearchPath(root);
      /* Programs that the tests start look for their modules too. */
      const environment = { ...asked, PERL5LIB: `${join(place, 'lib')}:${PERL5LIB}` };
      return readdirSync(join(place, folder))
        .filter((file) => file.endsWith('.t') && tests.test(file))
        .map((file) =>
          reportedTests(
            `${name}/${folder}/${file}`,
            {
              command: ['perl', '-I.', '-Ilib', '-Iinc', `${folder}/${file}`],
              environment,
              folder: place,
              limitS: LIMIT_S,
            },
            results,
          ),
        );
    });
  },
};

/** Ports that servers got, addresses of objects, folders made for a run, memory and seconds it took are in the names of some tests. */
function* results(output) {
  for (const [name, result] of tapResults(output))
    yield [
      name
        .replace(/:\d{5}\b/g, ':PORT')
        .replace(/\(0x[\da-f]+\)/g, '()')
        .replace(/\(\d+(,\d+)+\)/g, '()')
        .replace(/\bduration=\d+/g, 'duration=')
        .replace(/\/tmp\/\w{10}\//g, '/tmp/FOLDER/'),
      result,
    ];
}
