/** The tests of socat, from Debian's source package, with the socat of the same release. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ORDINARY_USER } from '../cases.mjs';
import { sourcePackage, unpackedPackages } from '../debian.mjs';
import { CACHE } from '../places.mjs';

const LIMIT_S = 2400;
/** How long the tests wait at many places: a fifth of it suffices where nothing else runs. */
const WAIT_S = '0.5';

const PING = '#!/bin/sh\nexit 0\n';
/** The tests ask ping(8) whether there is IP, which gets no raw sockets, and ss(8) who listens, which lists those of the machine. */
const PROGRAMS = {
  ping: PING,
  ping6: PING,
  ss: `#!/bin/sh
[ -n "$SOCKET_WRAPPER_DIR" ] && [ "$1" != -V ] || exec /usr/bin/ss "$@"
case "$*" in *-u*) letters=UYuy state=UNCONN ;; *) letters=TXtx state=LISTEN ;; esac
ls "$SOCKET_WRAPPER_DIR" | sed -n "s/^[$letters]..\\(....\\).*/\\1/p" | while read -r port; do
    printf '%s 0 0 *:%d *:*\\n' "$state" "0x$port"
done
`,
};

export const socat = {
  name: 'socat',
  cases() {
    const script = join(sourcePackage('socat'), 'test.sh');
    const program = join(unpackedPackages('socat', ['socat']), 'usr/bin/socat');
    const folder = build();
    const environment = {
      SOCAT: program,
      PATH: `${folder}:${process.env.PATH}`,
      TERM: 'dumb',
      /* They use addresses from all over 127.0.0.0/8. */
      SOCKET_WRAPPER_IPV4_NETWORK: '10.53.57.0',
    };
    const command = [...ORDINARY_USER, 'bash', script, '-t', WAIT_S];
    return [
      {
        name: 'test.sh',
        async run({ start, only }) {
          const found = new Map();
          /* Each name begins with the number of the test. */
          const choices = only === undefined ? [[]] : only.map((name) => ['-n', name.split(' ')[0]]);
          for (const choice of choices) {
            const { output } = await start({ command: [...command, ...choice], environment, folder, limitS: LIMIT_S });
            for (const [name, result] of results(output)) found.set(name, result);
          }
          return found;
        },
      },
    ];
  },
};

/** The folder of the tests' keys, with parameters in it that openssl would search for minutes, and of programs they ask. */
function build() {
  const folder = join(CACHE, 'build/socat');
  const parameters = join(folder, 'testcert.dh');
  if (existsSync(parameters)) return folder;

  mkdirSync(folder, { recursive: true });
  for (const [name, script] of Object.entries(PROGRAMS)) writeFileSync(join(folder, name), script, { mode: 0o755 });
  const group = ['-algorithm', 'DH', '-pkeyopt', 'group:ffdhe2048'];
  execFileSync('openssl', ['genpkey', '-genparam', ...group, '-out', parameters]);
  return folder;
}

/** `test  33 TCP4: echo via connection to TCP V4 socket... OK`; what programs print may be in between, and other words for OK. */
function* results(output) {
  const part = /^test +(\d+ \w+): .*?\.\.\.([\s\S]*?)(?=^test +\d+ \w+: |(?![\s\S]))/gm;
  for (const [, name, rest] of output.matchAll(part)) {
    const word = /\b(OK|FAILED)\b/.exec(rest)?.[0];
    yield [name, word === undefined ? 'skip' : word === 'OK' ? 'pass' : 'fail'];
  }
}
