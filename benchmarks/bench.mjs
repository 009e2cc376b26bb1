/**
 * `pnpm bench`: what redirected sockets cost, compared in one run with raw Unix sockets, with the kernel's loopback and with
 * Samba's socket_wrapper where it is installed, and whether that is what it is to cost.
 *
 *     pnpm bench                       all, in about a minute
 *     pnpm bench --only connect        one of them; may be given several times
 *     pnpm bench --rounds 15           medians of so many runs instead of 5
 *     pnpm bench --work                the processor's time instead of what passes: for busy machines
 *     pnpm bench --json                the medians and the goals as JSON
 *     pnpm bench --check               ends with code 1 when a goal is missed
 *     pnpm bench --build               only compiles the programs
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compileAll, SANDBOX } from './compile.mjs';
import { fail, readOptions, wholeNumber } from './options.mjs';
import { ROWS } from './rows.mjs';
import { mediansOf, tables, verdicts } from './verdict.mjs';

const PROGRAM = 'pnpm bench';
const FEWEST_ROUNDS = 5;

function main() {
  const { values } = readOptions(PROGRAM, {
    only: { type: 'string', multiple: true, default: Object.keys(ROWS) },
    rounds: { type: 'string', default: String(FEWEST_ROUNDS) },
    work: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    build: { type: 'boolean', default: false },
  });
  const rounds = wholeNumber(PROGRAM, '--rounds', values.rounds, FEWEST_ROUNDS);
  const unknown = values.only.filter((name) => !Object.hasOwn(ROWS, name));
  if (unknown.length > 0) {
    fail(PROGRAM, `--only: there is no ${unknown.join(', ')}, but there are ${Object.keys(ROWS).join(', ')}`);
  }

  compileAll();
  if (values.build) return;
  const numbers = measure(values.work ? 'work' : 'elapsed', rounds, values.only);
  const goals = verdicts(numbers);
  const medians = mediansOf(numbers);
  console.log(values.json ? JSON.stringify({ medians, goals }, null, 2) : tables(medians, goals, rounds));
  if (values.check && goals.some(({ met }) => !met)) process.exitCode = 1;
}

/** In a namespace the loopback has no firewall and no other traffic. */
function measure(clock, rounds, names) {
  const script = fileURLToPath(new URL('measure.mjs', import.meta.url));
  const program = [process.execPath, script, clock, String(rounds), ...names];
  const hasNamespaces = spawnSync(SANDBOX, ['probe'], { stdio: 'ignore' }).status === 0;
  if (!hasNamespaces)
    console.error(`${PROGRAM}: no network namespace may be made here; the loopback is the machine's own`);
  const [command, ...args] = hasNamespaces ? [SANDBOX, 'up', ...program] : program;
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) fail(PROGRAM, 'the measurement did not end well');
  return JSON.parse(stdout);
}

main();
