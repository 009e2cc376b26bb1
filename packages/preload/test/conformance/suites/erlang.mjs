/** The tests of Erlang's sockets, run by its Common Test, from Debian's source and binary packages. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportedTests } from '../cases.mjs';
import { sourcePackage, unpackedPackages } from '../debian.mjs';
import { CACHE } from '../places.mjs';

/** One of them sends into full buffers for a quarter of an hour. */
const LIMIT_S = 1500;
const PACKAGES = [
  'asn1 base common-test crypto dev eunit ftp inets mnesia parsetools public-key runtime-tools snmp src ssh ssl',
  'syntax-tools tools xmerl',
].flatMap((line) => line.split(' ').map((each) => `erlang-${each}`));
const SUITES = ['gen_tcp_api', 'gen_tcp_echo', 'gen_tcp_misc', 'gen_udp', 'inet', 'inet_sockopt', 'net', 'sendfile'];
/** Of the suite of the module that shows sockets as the kernel has them; the others measure throughput. */
const SOCKET_GROUPS = ['api', 'reg', 'monitor', 'ioctl', 'socket_close', 'traffic', 'tickets'];
/** Most of them want an interface that is not the loopback one. On a redirected host there is one already. */
const WITH_INTERFACE = [
  '[ -n "$SOCKET_WRAPPER_DIR" ] ||',
  '{ ip link add eth0 type bridge && ip address add 10.53.57.1/24 dev eth0 &&',
  'ip -6 address add fd00::5357:5f01/64 dev eth0 nodad && ip link set eth0 up; } && exec "$@"',
].join(' ');
const HELPERS = /^(kernel_test_.*|socket_test_.*)\.[eh]rl$/;

/** Of the tests of Erlang as a whole, a hook that only adds to their logs. */
const HOOK = `-module(ts_install_cth).
-export([id/1, init/2]).
id(_) -> ?MODULE.
init(_, State) -> {ok, State}.
`;

export const erlang = {
  name: 'erlang',
  cases() {
    const { folder, libraries } = build();
    const environment = { ERL_LIBS: libraries };
    const ofSuites = SUITES.map((suite) => {
      const command = commonTest(folder, `{suite, ${suite}_SUITE}`);
      return reportedTests(suite, { command, environment, limitS: LIMIT_S }, results);
    });
    const ofGroups = SOCKET_GROUPS.map((group) => {
      const command = [
        'sh',
        '-c',
        WITH_INTERFACE,
        'sh',
        ...commonTest(folder, `{suite, socket_SUITE}, {group, ${group}}`),
      ];
      /* There, interfaces of 127.0.0.0 do not count. */
      const elsewhere = { ...environment, SOCKET_WRAPPER_IPV4_NETWORK: '10.53.57.0' };
      return reportedTests(`socket/${group}`, { command, environment: elsewhere, limitS: LIMIT_S }, results);
    });
    return [...ofSuites, ...ofGroups];
  },
};

/** What runs `what` of the tests in `folder` and prints the log. */
function commonTest(folder, what) {
  const run = `ct:run_test([{dir, "${folder}"}, ${what}, {logdir, "."}, {auto_compile, false}])`;
  const print = '{ok, Log} = file:read_file(hd(filelib:wildcard("ct_run*/*/run*/suite.log"))), io:put_chars(Log)';
  return ['erl', '-noshell', '-pa', folder, '-eval', `${run}, ${print}, halt().`];
}

/** Compiles the tests: the folder they are in, and the one with all libraries of Erlang. */
function build() {
  const folder = join(CACHE, 'build/erlang');
  const libraries = join(unpackedPackages('erlang', PACKAGES), 'usr/lib/erlang/lib');
  if (existsSync(join(folder, '.complete'))) return { folder, libraries };

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const tests = join(sourcePackage('erlang'), 'lib/kernel/test');
  const wanted = readdirSync(tests).filter((file) => HELPERS.test(file));
  for (const file of [...wanted, ...[...SUITES, 'socket'].map((suite) => `${suite}_SUITE.erl`)]) {
    const text = readFileSync(join(tests, file), 'utf8');
    /* The installed library of this name has no sources. */
    const kernel = readdirSync(libraries).find((each) => each.startsWith('kernel-'));
    writeFileSync(join(folder, file), text.replaceAll('-include_lib("kernel/', `-include("${libraries}/${kernel}/`));
  }
  writeFileSync(join(folder, 'ts_install_cth.erl'), HOOK);
  /* Debian links these to a package of their own. */
  const pages = join(
    libraries,
    readdirSync(libraries).find((each) => each.startsWith('common_test-')),
    'priv',
  );
  for (const script of ['jquery-latest.js', 'jquery.tablesorter.min.js']) {
    rmSync(join(pages, script), { force: true });
    writeFileSync(join(pages, script), '');
  }
  const sources = readdirSync(folder).filter((file) => file.endsWith('.erl'));
  execFileSync('erlc', ['+nowarn', ...sources], { cwd: folder, env: { ...process.env, ERL_LIBS: libraries } });
  writeFileSync(join(folder, '.complete'), '');
  return { folder, libraries };
}

/** `=case gen_udp_SUITE:send_to_closed`, and some lines later `=result ok`, in Common Test's log of a suite. */
function* results(output) {
  const words = { ok: 'pass', failed: 'fail', skipped: 'skip' };
  for (const [, name, word] of output.matchAll(/^=case +(\S+)$[\s\S]*?^=result +(ok|failed|skipped)/gm)) {
    yield [name, words[word]];
  }
}
