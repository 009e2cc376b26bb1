/**
 * `pnpm check`: everything that CI runs, one step after the other, all of them even when one fails.
 *
 *     pnpm check                  all steps
 *     pnpm check --without test   all but this one, which may be given several times
 *     pnpm check --only lint      this one alone, which may be given several times
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

/** Name of the step, and the script of the root package that it runs. */
const STEPS = {
  format: 'format',
  lint: 'lint',
  typecheck: 'typecheck',
  test: 'test',
  demo: 'demo',
  packages: 'check:packages',
  installation: 'check:installation',
  vitest5: 'test:vitest5',
  nodes: 'test:nodes',
  soundness: 'test:soundness',
};

const { values } = parseArgs({
  options: { without: { type: 'string', multiple: true }, only: { type: 'string', multiple: true } },
});
const unknown = [...(values.without ?? []), ...(values.only ?? [])].filter((name) => !Object.hasOwn(STEPS, name));
if (unknown.length > 0) {
  console.error(`pnpm check: there is no step ${unknown.join(', ')}, but there are ${Object.keys(STEPS).join(', ')}`);
  process.exit(2);
}

const names = Object.keys(STEPS)
  .filter((name) => values.only?.includes(name) ?? true)
  .filter((name) => !values.without?.includes(name));
const lines = names.map((name) => {
  console.log(`\n== ${name}`);
  const startedAt = performance.now();
  const { status } = spawnSync('pnpm', ['run', STEPS[name]], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
  return `${status === 0 ? 'ok    ' : 'FAILED'}  ${name}, ${Math.round((performance.now() - startedAt) / 1000)} s`;
});
console.log(`\n${lines.join('\n')}`);
