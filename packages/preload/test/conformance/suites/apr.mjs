/** The tests of the Apache Portable Runtime that make sockets, pipes and processes, from Debian's source package. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { singleTest } from '../cases.mjs';
import { sourcePackage } from '../debian.mjs';
import { CACHE } from '../places.mjs';

const LIMIT_S = 120;
/** Of `testall`, which tells how a file of tests went as a whole. */
const FILES = ['dup', 'ipsub', 'pipe', 'poll', 'proc', 'sock', 'sockets', 'sockopt'].map((each) => `test${each}`);
/** How `sendfile` sends headers, a file and trailers to the server that it starts. */
const WAYS = ['blocking', 'nonblocking', 'timeout'];

export const apr = {
  name: 'apr',
  cases() {
    const folder = build();
    const test = (name, ...command) => singleTest(name, { command, folder, limitS: LIMIT_S });
    return [
      ...FILES.map((file) => test(file, './testall', '-v', file)),
      ...WAYS.map((way) => test(`sendfile ${way}`, './sendfile', 'client', way, 'startserver', '127.0.0.1')),
    ];
  },
};

/** The folder with the programs, which look for files and one another in there. */
function build() {
  const folder = join(CACHE, 'build/apr');
  if (!existsSync(join(folder, '.complete'))) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    console.log('apr: building');
    const options = { cwd: folder, stdio: 'pipe', maxBuffer: 1 << 26 };
    execFileSync(join(sourcePackage('apr'), 'configure'), [], options);
    execFileSync('make', [`-j${availableParallelism()}`], options);
    execFileSync('make', ['-C', 'test', 'all'], options);
    writeFileSync(join(folder, '.complete'), '');
  }
  return join(folder, 'test');
}
