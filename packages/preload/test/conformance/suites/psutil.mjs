/** The tests of psutil, which look at sockets, connections and interfaces, of Debian's package python3-psutil. */
import { unpackedPackages } from '../debian.mjs';
import { pythonModule, searchPath } from '../python.mjs';

const MODULES = ['connections', 'contracts', 'linux', 'posix', 'process', 'system', 'testutils'];
const LEFT_OUT = [
  /* It reads /sys/class/net, which is the machine's: docs/limits.md. */
  'psutil.tests.test_linux.TestSystemNetIfStats.test_mtu',
  /* It gives a program a whole environment, to which the library adds its own, so as not to be lost. */
  'psutil.tests.test_process.TestProcess.test_weird_environ',
];

export const psutil = {
  name: 'psutil',
  cases() {
    const environment = searchPath(unpackedPackages('psutil', ['python3-psutil']));
    return MODULES.map((module) => {
      const { name, run } = pythonModule(`psutil.tests.test_${module}`, { environment });
      return {
        name,
        async run(way) {
          const results = await run(way);
          for (const test of LEFT_OUT) results.delete(test);
          return results;
        },
      };
    });
  },
};
