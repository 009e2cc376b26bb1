/** Those of the kernel's own tests of its network that need neither root nor interfaces, from Debian's package of its sources. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ORDINARY_USER, reportedTests, singleTest } from '../cases.mjs';
import { unpackedPackages } from '../debian.mjs';
import { CACHE } from '../places.mjs';

const VERSION = '6.1';
const LIMIT_S = 60;
/** Each with one set of arguments after the other. */
const PROGRAMS = {
  ipv6_flowlabel: [''],
  reuseaddr_conflict: [''],
  reuseport_addr_any: [''],
  reuseport_bpf_cpu: [''],
  reuseport_dualstack: [''],
  rxtimestamp: ['--udp --ipv4', '--udp --ipv6', '--tcp --ipv4', '--tcp --ipv6'],
  sk_bind_sendto_listen: [''],
  sk_connect_zero_addr: [''],
  socket: [''],
  tcp_fastopen_backup_key: [''],
  tcp_inq: ['-4', '-6'],
  udpgso: ['-4', '-6'],
};
/** Tests of kernel TLS, which are tests of TCP where the kernel has none. */
const TLS = 'tls';
const TLS_LIMIT_S = 900;
/** How long each of these may take: those that fail wait for what does not come, and there are many of them. */
const TLS_TEST_LIMIT_S = 5;

export const linux = {
  name: 'linux',
  cases() {
    const folder = build();
    const command = (name, args = []) => [...ORDINARY_USER, join(folder, name), ...args];
    const programs = Object.entries(PROGRAMS).flatMap(([name, lines]) =>
      lines.map((line) => {
        const args = line.split(' ').filter((each) => each !== '');
        return singleTest([name, ...args].join(' '), { command: command(name, args), limitS: LIMIT_S });
      }),
    );
    return [...programs, reportedTests(TLS, { command: command(TLS), limitS: TLS_LIMIT_S }, results)];
  },
};

/** Builds the programs and says in which folder they are. */
function build() {
  const folder = join(CACHE, 'build/linux');
  if (existsSync(join(folder, '.complete'))) return folder;

  const root = join(unpackedPackages('linux', [`linux-source-${VERSION}`]), 'usr/src');
  const [archive] = readdirSync(root).filter((each) => each.startsWith(`linux-source-${VERSION}.tar`));
  mkdirSync(folder, { recursive: true });
  console.log('linux: building');
  const tests = 'tools/testing/selftests';
  const wanted = ['net', 'kselftest.h', 'kselftest_harness.h'].map(
    (each) => `linux-source-${VERSION}/${tests}/${each}`,
  );
  execFileSync('tar', ['-xf', join(root, archive), '-C', folder, '--strip-components=1', ...wanted]);
  const harness = join(folder, tests, 'kselftest_harness.h');
  const text = readFileSync(harness, 'utf8');
  writeFileSync(harness, text.replace(/(#define TEST_TIMEOUT_DEFAULT) \d+/, `$1 ${TLS_TEST_LIMIT_S}`));
  for (const name of [...Object.keys(PROGRAMS), TLS]) {
    const files = ['-o', join(folder, name), join(folder, tests, 'net', `${name}.c`)];
    /* Its warnings are not ours. */
    execFileSync('cc', ['-w', '-O2', '-I', join(folder, tests), ...files, '-lpthread'], { stdio: 'pipe' });
  }
  writeFileSync(join(folder, '.complete'), '');
  return folder;
}

/** `ok 8 tls.12_aes_gcm.multi_chunk_sendfile`, or `ok 1 # SKIP no TLS support`, which has no name. */
function* results(output) {
  for (const [, not, name] of output.matchAll(/^(not )?ok \d+ ([\w.]+)$/gm))
    yield [name, not === undefined ? 'pass' : 'fail'];
}
