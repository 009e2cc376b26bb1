/** The tests of Trio, of Debian's package python3-trio, run with pytest. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { unpackedPackages } from '../debian.mjs';
import { pytestModule, searchPath } from '../python.mjs';

export const trio = {
  name: 'trio',
  cases() {
    const root = unpackedPackages('trio', ['python3-trio', 'python3-pytest', 'python3-trustme']);
    const environment = searchPath(root);
    return ['tests', '_core/tests'].flatMap((folder) =>
      readdirSync(join(environment.PYTHONPATH, 'trio', folder))
        .filter((file) => /^test_.*\.py$/.test(file))
        .map((file) => pytestModule(join(environment.PYTHONPATH, 'trio', folder, file), environment)),
    );
  },
};
