/**
 * A test process for tests, whose first test has recorded something: says where its recorder waits for the next one.
 *
 * Goes on until it is ended from outside, or with SIGUSR2 by itself.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openScope } from '../../dist/index.js';
import { janitor } from '../../dist/networks/janitor.js';

const scope = openScope({ file: import.meta.filename, fullName: 'the first test', attempt: 0 }, {});
let parent;
await scope.run(async () => {
  parent = join(scope.network.directory, '..');
  await scope.network
    .host('box')
    .run('node', ['-e', "require('node:net').connect(7, 'localhost').on('error', () => {})"]);
});
await scope.end('passed');

const [directory] = readdirSync(parent)
  .map((name) => join(parent, name))
  .filter(
    (path) =>
      existsSync(join(path, '.recorder')) && readFileSync(join(path, '.owner'), 'utf8').startsWith(`${process.pid} `),
  );
const waiting = setInterval(() => {}, 1000);
process.on('SIGUSR2', () => clearInterval(waiting));
console.log(JSON.stringify({ directory, janitor: janitor().pid }));
