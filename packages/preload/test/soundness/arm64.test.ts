/**
 * The library for arm64, run on the processor that qemu plays: plain programs are compiled for it, and must print the same bare and
 * redirected, both times under qemu.
 *
 * Left out is what qemu does not do as the kernel does: programs that start themselves again, options and flags that it does not pass on,
 * sendmsg(2) of a datagram without parts, which it never makes, signals at a certain moment, sandboxes.
 */
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, it } from 'vitest';
import { compile, compilePlainPrograms, compileTraffic } from '../native/support/compile.js';
import { expectKernelAnswers } from '../native/support/kernel-answers.js';
import { BUILD, NATIVE_TESTS } from '../native/support/paths.js';
import { runBare, runRedirected, withDirectory } from '../native/support/run.js';
import { complaints, streamsByClientPort } from '../native/support/tshark.js';
import { describeProof } from './proof.js';
import { buildFor, builtFor, compilerFor } from './targets.js';

const TARGET = 'linux-arm64-gnu';
const LIBC_OF_PROGRAMS = 'aarch64-linux-gnu.2.36';
const PROGRAMS = [
  ...[
    'accept_client_gone',
    'accept_close_other_thread',
    'accept_flags',
    'accept_listener_closed',
    'accept_shutdown_wakes',
  ],
  ...[
    'bind_after_close',
    'bind_conflicts_tcp',
    'bind_conflicts_udp',
    'bind_errors',
    'bind_other_process',
    'bind_v6_mapped',
  ],
  ...['connect_bound', 'connect_errors', 'connect_nonblocking', 'connect_refused', 'connect_refused_then_served'],
  ...[
    'data_big_transfer',
    'data_calls',
    'data_nonblocking_fill',
    'data_oob',
    'data_peer_closed',
    'data_reset',
    'data_sendfile',
  ],
  ...[
    'data_shutdown',
    'data_shutdown_read',
    'data_stdio',
    'data_timeouts',
    'epoll_before_connect',
    'epoll_states_tcp',
    'epoll_udp',
  ],
  ...['life_close_range', 'life_dup', 'life_fork_listener', 'life_fork_tcp', 'life_fork_udp', 'life_passing'],
  ...[
    'life_raw_calls',
    'life_raw_clone',
    'life_threads',
    'name_states_tcp',
    'name_states_udp',
    'names_hints',
    'names_hostent',
    'names_localhost',
  ],
  ...[
    'names_nameinfo',
    'names_numeric',
    'names_passive',
    'option_buffers',
    'poll_states_tcp',
    'poll_states_udp',
    'socket_flags',
  ],
  ...[
    'udp_broadcast',
    'udp_connected',
    'udp_connected_beside',
    'udp_dual_stack',
    'udp_errors',
    'udp_refused',
    'udp_self',
    'udp_sizes',
  ],
  ...['udp_truncation', 'udp_wildcard_source'],
];
const FOLDER = join(BUILD, TARGET);
const TRAFFIC = join(FOLDER, 'traffic');
const COOKIES = join(BUILD, 'qemu_cookies.so');
/** Where Debian keeps libc for arm64. */
const ROOT = '/usr/aarch64-linux-gnu';
const QEMU = ['qemu-aarch64', '-L', ROOT];
/** LD_PRELOAD of qemu itself is set beside this: what it plays gets the library alone. */
const LIBRARY = ['-E', `LD_PRELOAD=${builtFor(TARGET, 'libsocket_wrapper.so')}`];

await describeProof('on arm64', { programs: ['cc', 'qemu-aarch64', 'tshark'], machines: ['x64'] }, () => {
  beforeAll(async () => {
    const flags = ['-shared', '-fPIC', '-D_GNU_SOURCE'];
    await compile({ output: COOKIES, sources: [join(NATIVE_TESTS, 'qemu_cookies.c')], flags });
    await buildFor(TARGET);
    const compiler = await compilerFor(TARGET, LIBC_OF_PROGRAMS);
    await compilePlainPrograms(PROGRAMS, FOLDER, { compiler });
    await compileTraffic(TRAFFIC, { compiler });
  }, 900_000);

  it.for(PROGRAMS)('%s gets the same answers from redirected sockets as from real ones', async (name) => {
    const program = join(FOLDER, name);
    const redirected = await runRedirected([...QEMU, ...LIBRARY, program], {}, { library: COOKIES });
    expect(redirected.ending).toBe('');
    await expectKernelAnswers(redirected, () => runBare([...QEMU, program]));
  });

  it.for([
    { mode: ['bulk', '2000000'], connections: 1 },
    { mode: ['parallel', '20'], connections: 20 },
    { mode: ['half-close'], connections: 1 },
  ])('records every byte of $mode', async ({ mode, connections }) => {
    await withDirectory(async (directory) => {
      const file = join(directory, 'capture.pcap');
      const [command = '', ...args] = [...QEMU, ...LIBRARY, TRAFFIC, ...mode];
      const { stdout } = await execa(command, args, {
        env: { LD_PRELOAD: COOKIES, SOCKET_WRAPPER_DIR: directory, SOCKET_WRAPPER_PCAP_FILE: file },
      });
      const streams = stdout.split('\n').map((line) => line.split(' '));
      const recorded = await streamsByClientPort(file);
      expect(recorded.size).toBe(connections);
      expect(streams.map(([, port]) => Number(port)).sort()).toEqual([...recorded.keys()].sort());
      for (const [, port, sent, crc, answered, answerCrc] of streams) {
        expect(recorded.get(Number(port))).toEqual({
          clientPort: Number(port),
          client: { bytes: Number(sent), crc: Number.parseInt(crc ?? '', 16) },
          server: { bytes: Number(answered), crc: Number.parseInt(answerCrc ?? '', 16) },
        });
      }
      expect(await complaints(file)).toEqual([]);
    });
  });
});
