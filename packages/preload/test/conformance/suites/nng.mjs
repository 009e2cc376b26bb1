/** The tests of nng, the scalability protocols of nanomsg's author over TCP, UDP and WebSockets, from Debian's source package. */
import { cmakeBuild, ctestTests } from '../build.mjs';
import { reportedTests } from '../cases.mjs';
import { sourcePackage } from '../debian.mjs';

/** One of them is busy for half a minute. */
const LIMIT_S = 180;
/** Without IP sockets: nothing of theirs can differ. */
const OTHERS =
  /inproc|ipcwinsec|base64|sha1|core\.(aio|errors|id|list|message|url)_test|nngcat_(ambiguous|help|incompat|.*proto)/;

export const nng = {
  name: 'nng',
  cases() {
    const folder = cmakeBuild('nng', sourcePackage('nng'), ['all'], ['NNG_TESTS=ON', 'NNG_ENABLE_TLS=OFF']);
    return ctestTests(folder)
      .filter(({ name }) => !OTHERS.test(name))
      .map(({ name, ...program }) => reportedTests(name, { ...program, limitS: LIMIT_S }, results));
  },
};

/**
 * Acutest's `Test pub identity:`, the checks, and `  SUCCESS: All conditions have passed.` behind them. What the others print has no
 * names of tests that end, so each of them is one test.
 */
function* results(output) {
  const words = { SUCCESS: 'pass', FAILED: 'fail', SKIPPED: 'skip' };
  for (const [, name, word] of output.matchAll(/^Test (.+):\n(?:(?!Test ).*\n)*? {2}(SUCCESS|FAILED|SKIPPED): /gm)) {
    yield [name, words[word]];
  }
}
