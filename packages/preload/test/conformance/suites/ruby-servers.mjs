/** The tests of Puma and EventMachine, from Debian's source and binary packages. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { reportedTests } from '../cases.mjs';
import { sourcePackage, unpackedPackages } from '../debian.mjs';

const LIMIT_S = 200;
const VERSION = '3.1';
const PACKAGES = [
  `ruby${VERSION}`,
  `libruby${VERSION}`,
  'ruby-eventmachine',
  'puma',
  'ruby-nio4r',
  'ruby-rack',
  'ruby-minitest',
  'ruby-minitest-stub-const',
  'ruby-test-unit',
  'ruby-power-assert',
];
const SERVERS = [
  { name: 'puma', source: 'puma', folder: 'test', options: ['-v'], read: minitestResults },
  {
    name: 'eventmachine',
    source: 'ruby-eventmachine',
    folder: 'tests',
    options: ['--verbose=verbose'],
    read: testUnitResults,
  },
];
/** These ask hosts of the internet, or for another program. */
const LEFT_OUT = ['test_resolver.rb', 'test_integration_systemd.rb', 'test_worker_gem_independence.rb'];

export const rubyServers = {
  name: 'ruby-servers',
  cases() {
    const root = unpackedPackages('ruby-servers', PACKAGES);
    const libraries = join(root, 'usr/lib');
    const [machine] = readdirSync(libraries).filter((each) => each.endsWith('-linux-gnu'));
    const environment = {
      LD_LIBRARY_PATH: join(libraries, machine),
      RUBYLIB: searchPath(root, join(libraries, machine)).join(':'),
      RUBYOPT: '-W0',
    };
    return SERVERS.flatMap(({ name, source, folder, options, read }) => {
      const place = sourcePackage(source);
      return readdirSync(join(place, folder))
        .filter((file) => /^test_.*\.rb$/.test(file) && !LEFT_OUT.includes(file))
        .map((file) => {
          const ruby = [join(root, `usr/bin/ruby${VERSION}`), '-Ilib', `-I${folder}`];
          const command = [...ruby, `${folder}/${file}`, ...options];
          return reportedTests(`${name}/${file}`, { command, environment, folder: place, limitS: LIMIT_S }, read);
        });
    });
  },
};

/** Where ruby finds its library and the gems of the packages. */
function searchPath(root, compiled) {
  const inEach = (folder, ...rest) => readdirSync(folder).map((each) => join(folder, each, ...rest));
  const gems = join(compiled, `rubygems-integration/${VERSION}.0`);
  const [platform] = readdirSync(join(gems, 'extensions'));
  return [
    join(root, `usr/lib/ruby/${VERSION}.0`),
    join(compiled, `ruby/${VERSION}.0`),
    join(root, 'usr/lib/ruby/vendor_ruby'),
    join(compiled, `ruby/vendor_ruby/${VERSION}.0`),
    ...inEach(join(gems, 'extensions', platform, `${VERSION}.0`)),
    ...inEach(join(gems, 'gems'), 'lib'),
    ...inEach(join(root, 'usr/share/rubygems-integration/all/gems'), 'lib'),
  ];
}

/** `TestPumaServer#test_proper_stringio_body = 0.02 s = .`; with what the test itself prints in between. */
function* minitestResults(output) {
  const words = { '.': 'pass', F: 'fail', E: 'fail', S: 'skip' };
  for (const [, name, word] of output.matchAll(/(\w+#\w+) = [\d.]+ s = ([.FES])/g)) yield [name, words[word]];
}

/** `TestBasic:` and then, for each of its tests, `  test_timer:	.: (0.303)`. */
function* testUnitResults(output) {
  const words = { '.': 'pass', F: 'fail', E: 'fail', O: 'skip', N: 'skip', P: 'skip' };
  for (const [, name, word] of output.matchAll(/^ *(test_\w+):\s+([.FEONP]): \([\d.]+\)$/gm)) yield [name, words[word]];
}
