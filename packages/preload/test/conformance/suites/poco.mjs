/** The tests of POCO's network library, of C++, from Debian's source package, with the libraries of the same release. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { ORDINARY_USER, reportedTests } from '../cases.mjs';
import { sourcePackage, unpackedPackages } from '../debian.mjs';
import { CACHE } from '../places.mjs';

const LIMIT_S = 120;
const LIBRARIES = ['libPocoNet.so.80', 'libPocoFoundation.so.80'];
const PACKAGES = ['libpoconet80', 'libpocofoundation80'];
const OTHER_MACHINES = /^Win.*Driver\.cpp$/;

export const poco = {
  name: 'poco',
  cases() {
    const program = build();
    const list = execFileSync(program, ['-print'], { encoding: 'utf8' });
    return [...list.matchAll(/^\s+suite (\w+Test)$/gm)].map(([, test]) =>
      reportedTests(test, { command: [...ORDINARY_USER, program, test], limitS: LIMIT_S }, results),
    );
  },
};

/** Builds the program that runs the tests, and says where it is. */
function build() {
  const folder = join(CACHE, 'build/poco');
  const program = join(folder, 'testrunner');
  if (existsSync(program)) return program;

  const source = sourcePackage('poco');
  const root = join(unpackedPackages('poco', PACKAGES), 'usr/lib');
  const [machine] = readdirSync(root).filter((each) => each.endsWith('-linux-gnu'));
  const libraries = join(root, machine);
  const files = ['Net/testsuite/src', 'CppUnit/src'].flatMap((each) =>
    readdirSync(join(source, each))
      .filter((file) => file.endsWith('.cpp') && !OTHER_MACHINES.test(file))
      .map((file) => join(source, each, file)),
  );
  const headers = ['Foundation', 'Net', 'CppUnit'].flatMap((each) => ['-I', join(source, each, 'include')]);
  const definitions = ['POCO_UNBUNDLED', 'POCO_OS_FAMILY_UNIX', '_REENTRANT', '_THREAD_SAFE'].map(
    (each) => `-D${each}`,
  );
  const linking = [
    ...LIBRARIES.map((each) => join(libraries, each)),
    `-Wl,-rpath,${libraries}`,
    /* What the libraries need in their turn is found when the program starts. */
    '-Wl,--allow-shlib-undefined',
  ];
  mkdirSync(folder, { recursive: true });
  console.log('poco: building');
  const unfinished = `${program}.new`;
  /* Its warnings are not ours. */
  const options = ['-std=c++14', '-w', '-pthread', ...definitions, ...headers];
  execFileSync('g++', [...options, '-o', unfinished, ...files, ...linking], { stdio: 'pipe' });
  renameSync(unfinished, program);
  return program;
}

/** `testEcho: ` of every test, which may say more; at the end, ` 1: N7CppUnit10TestCallerI10SocketTestEE.testEcho` of those that failed. */
function* results(output) {
  for (const [, name] of output.matchAll(/^(test\w+): /gm)) yield [name, 'pass'];
  for (const [, name] of output.matchAll(/^ *\d+: \w+\.(test\w+)$/gm)) yield [name, 'fail'];
}
