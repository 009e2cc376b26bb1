/**
 * `pnpm demo`: runs the tests of this folder, shows what the failing one has left, and says whether all of it went as it should.
 *
 * The exit code is 0 when every test passed but the one that fails on purpose, and that one left a capture.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startVitest } from 'vitest/node';

const ROOT = fileURLToPath(new URL('.', import.meta.url));
const FAILS_ON_PURPOSE = 'fails-on-purpose.test.ts';

/** Program and the package of Debian and Ubuntu that has it. */
const PROGRAMS = { nginx: 'nginx', 'redis-server': 'redis-server', 'redis-cli': 'redis-tools', curl: 'curl' };

async function main() {
  // Debian keeps nginx where only root looks for programs.
  process.env.PATH = [process.env.PATH, '/usr/local/sbin', '/usr/sbin', '/sbin'].join(delimiter);

  say('A web shop, tested on networks that exist only for a test: no root, no container, no fixed ports.');
  say('All tests run at the same time, and each has port 80 to itself. One of them fails on purpose.');
  sayWhatIsMissing();

  const vitest = await startVitest('test', [], { root: ROOT, watch: false, reporters: ['verbose'] });
  const results = vitest.state.getTestModules().flatMap((file) =>
    [...file.children.allTests()].map((test) => ({
      file: relative(ROOT, file.moduleId),
      name: test.fullName,
      state: test.result().state,
      captures: test.meta().networkCaptures ?? [],
    })),
  );
  const crashes = vitest.state.getUnhandledErrors().length;
  await vitest.close();
  process.exitCode = conclude(results, crashes);
}

function sayWhatIsMissing() {
  const missing = Object.keys(PROGRAMS).filter((name) => !isInstalled(name));
  if (missing.length === 0) return;

  const packages = [...new Set(missing.map((name) => PROGRAMS[name]))].join(' ');
  say(
    `Not installed, so the tests that use them are skipped: ${missing.join(', ')}. To see them as well: ${[
      ...(process.getuid() === 0 ? [] : ['sudo']),
      `apt-get install -y ${packages}`,
    ].join(' ')}`,
  );
}

function isInstalled(name) {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { stdio: 'ignore' }).status === 0;
}

/** Says what has happened; the exit code. */
function conclude(results, crashes) {
  const count = (state) => results.filter((result) => result.state === state).length;
  const failed = results.filter(({ state }) => state === 'failed');
  const [capture, ...more] = failed.flatMap(({ captures }) => captures);
  const isAsIntended =
    crashes === 0 &&
    failed.length === 1 &&
    failed[0].file === FAILS_ON_PURPOSE &&
    count('passed') > 0 &&
    more.length === 0 &&
    capture !== undefined &&
    existsSync(capture.path) &&
    statSync(capture.path).size > 0;
  if (!isAsIntended) {
    const names = failed.map(({ file, name }) => `${file} > ${name}`).join(', ') || 'none';
    say(`The demo went wrong: only ${FAILS_ON_PURPOSE} should have failed and left one capture. Failed: ${names}.`);
    return 1;
  }

  const place = relative(process.cwd(), capture.path) || capture.path;
  const skipped = count('skipped') > 0 ? `, ${count('skipped')} were skipped` : '';
  say(`This is what the test that failed on purpose has left, ${capture.summary}:\n\n${capture.text.trimEnd()}`);
  say(
    `The file:   ${place}\nOpen it:    wireshark ${place}\nShow it:    npx -y pnpm@12 exec socket-wrapper show ${place}`,
  );
  say(`The demo did what it should: ${count('passed')} tests passed${skipped}, and one failed on purpose.`);
  return 0;
}

function say(text) {
  process.stdout.write(`${text}\n\n`);
}

await main();
