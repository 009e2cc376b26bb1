/** Builds suites that are compiled, outside of their sources. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { CACHE } from './places.mjs';

/**
 * Builds targets of a CMake project and says in which folder they are.
 *
 * @param {string} name of the build folder
 * @param {string} source
 * @param {string[]} targets
 * @param {string[]} [definitions] such as `BUILD_TESTING=ON`
 */
export function cmakeBuild(name, source, targets, definitions = []) {
  const folder = join(CACHE, 'build', name);
  if (existsSync(join(folder, '.complete'))) return folder;

  mkdirSync(folder, { recursive: true });
  console.log(`${name}: building`);
  const options = ['-DCMAKE_BUILD_TYPE=Release', ...definitions.map((each) => `-D${each}`)];
  run('cmake', ['-S', source, '-B', folder, ...options]);
  run('cmake', ['--build', folder, '--parallel', String(availableParallelism()), '--target', ...targets]);
  run('cmake', ['-E', 'touch', join(folder, '.complete')]);
  return folder;
}

/**
 * The tests of a CMake project that is built, as ctest knows them: what runs each, and where.
 *
 * @param {string} folder that it was built in
 */
export function ctestTests(folder) {
  const list = execFileSync('ctest', ['--show-only=json-v1'], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 });
  return JSON.parse(list)
    .tests.filter(({ command }) => command !== undefined)
    .map(({ name, command, properties }) => {
      const property = Object.fromEntries(properties.map((each) => [each.name, each.value]));
      return { name, command, folder: property.WORKING_DIRECTORY ?? folder };
    });
}

function run(program, args) {
  try {
    execFileSync(program, args, { stdio: 'pipe' });
  } catch (error) {
    throw new Error(`${program} ${args.join(' ')} failed: ${error.stdout}${error.stderr}`, { cause: error });
  }
}
