/** A group of tests that needs more of a machine than the others do: where that is missing, one test says so, and not each of a hundred. */
import { describe, it } from 'vitest';
import { hasNamespaces } from '../native/support/run.js';
import { isInstalled } from '../support/programs.js';

/** What a proof needs. */
export interface Needs {
  readonly programs: readonly string[];
  /** Whether it compares with the kernel's own sockets, in network namespaces. Default: true. */
  readonly namespaces?: boolean;
  /** What it can run on, as `process.arch` has it. Default: everything. */
  readonly machines?: readonly string[];
}

/** Describes what `prove` tests, concurrently. Where something is missing the one test is skipped; on CI, where it must be there, it fails. */
export async function describeProof(
  name: string,
  { programs, namespaces = true, machines }: Needs,
  prove: () => void,
): Promise<void> {
  const missing = programs.filter((program) => !isInstalled(program));
  if (namespaces && !(await hasNamespaces())) missing.push('network namespaces');
  const isElsewhere = machines !== undefined && !machines.includes(process.arch);
  describe(name, { concurrent: true, timeout: 300_000 }, () => {
    if (isElsewhere) {
      it.skip(`is a matter of ${machines.join(' and ')} alone`, () => {});
    } else if (missing.length > 0) {
      it(`needs ${missing.join(' and ')}`, ({ skip }) => {
        if (process.env.CI) throw new Error(`missing: ${missing.join(', ')}`);
        skip();
      });
    } else {
      prove();
    }
  });
}
