/** Modules of Perl's that are unpacked and not installed. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What makes perl find the modules of packages that are unpacked in `root`, those with compiled parts too. */
export function perlSearchPath(root) {
  const library = join(root, 'usr/lib');
  const [machine] = readdirSync(library).filter((each) => each.endsWith('-linux-gnu'));
  const compiled = join(library, machine, 'perl5');
  const versions = readdirSync(compiled).map((version) => join(compiled, version));
  return { PERL5LIB: [join(root, 'usr/share/perl5'), ...versions].join(':') };
}
