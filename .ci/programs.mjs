/**
 * The programs that tests use, and the packages of Debian and Ubuntu that have them: `programs.json`.
 *
 *     node .ci/programs.mjs             says in one line which of them are missing
 *     node .ci/programs.mjs --packages  prints the names of all packages
 *
 * A test whose program is missing is skipped; with CI set it fails, so this needs no exit code of its own.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Needed by tests, but no programs. */
const LIBRARIES = ['libc6-arm64-cross', 'libclang-rt-14-dev', 'libsocket-wrapper', 'netbase', 'python3-psutil'];

const programs = JSON.parse(readFileSync(new URL('programs.json', import.meta.url), 'utf8'));

if (process.argv.includes('--packages')) {
  console.log(namesOf(Object.keys(programs)).concat(LIBRARIES).join('\n'));
} else {
  const missing = Object.keys(programs).filter((name) => !isInstalled(name));
  if (missing.length > 0) console.warn(warning(missing));
}

function warning(missing) {
  const consequence = process.env.CI ? 'tests that use them will fail' : 'tests that use them are skipped';
  const command = `${process.getuid() === 0 ? '' : 'sudo '}apt-get install -y ${namesOf(missing).join(' ')}`;
  return `Not installed, so ${consequence}: ${missing.join(', ')}. To have them: ${command}`;
}

function namesOf(names) {
  return [...new Set(names.map((name) => programs[name]))].sort();
}

function isInstalled(name) {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { stdio: 'ignore' }).status === 0;
}
