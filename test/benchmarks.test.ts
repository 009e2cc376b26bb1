/** A mistake in what a benchmark is asked for is told in one line, before anything is compiled or measured. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it.each([
  [
    'bench.mjs',
    '--fast',
    "pnpm bench: Unknown option '--fast', there are --only, --rounds, --work, --json, --check, --build",
  ],
  ['bench.mjs', '--rounds', "pnpm bench: Option '--rounds <value>' argument missing"],
  ['bench.mjs', '--rounds=few', 'pnpm bench: --rounds "few": a whole number of 5 or more is needed'],
  ['bench.mjs', '--only=nothing', 'pnpm bench: --only: there is no nothing, but there are '],
  ['capture.mjs', '--fast', "capture.mjs: Unknown option '--fast', there are --rounds, --work, --check"],
  ['capture.mjs', '--rounds=4', 'capture.mjs: --rounds "4": a whole number of 5 or more is needed'],
  ['capture.mjs', 'fast', "capture.mjs: Unexpected argument 'fast'"],
  ['in-process.mjs', '--fast', "in-process.mjs: Unknown option '--fast', there are --rounds, --check, --attach"],
  ['in-process.mjs', '--rounds=0', 'in-process.mjs: --rounds "0": a whole number of 1 or more is needed'],
  ['pcap-reader.mjs', '--fast', "pcap-reader.mjs: Unknown option '--fast', there are none"],
  ['pcap-reader.mjs', 'much', 'pcap-reader.mjs: megabytes "much": a whole number of 1 or more is needed'],
  ['pcap-reader.mjs', '64 65', 'pcap-reader.mjs: "65" is one argument too many'],
])('%s %s says what is wrong in one line', (script, args, message) => {
  const path = fileURLToPath(new URL(`../benchmarks/${script}`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args.split(' ')], { encoding: 'utf8' });

  expect(stderr.split('\n')).toEqual([expect.stringContaining(message), '']);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
});
