/** The ways to run a program: on which sockets, and under which library. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { libraryPath } from '@socket-wrapper/preload';

/** Where Debian, Ubuntu and Fedora put Samba's library. */
const SAMBA_LIBRARY = [
  '/usr/lib/x86_64-linux-gnu/libsocket_wrapper.so',
  '/usr/lib/aarch64-linux-gnu/libsocket_wrapper.so',
  '/usr/lib64/libsocket_wrapper.so',
].find(existsSync);

/**
 * Title, the arguments of the program, and `environment`, which makes a fresh directory ready for it.
 *
 * Without a network there is one host that the machine knows for sure.
 */
export const WAYS = {
  unix: { title: 'Unix', arguments: ['unix', 'localhost'], environment: () => ({}) },
  loopback: { title: 'loopback', arguments: ['ip', 'localhost'], environment: () => ({}) },
  ours: { title: 'ours', arguments: ['ip', 'web'], environment: (directory) => onHost(libraryPath(), directory) },
  recording: {
    title: 'ours, recording',
    arguments: ['ip', 'web'],
    environment: (directory) => recording(directory, '.capture'),
  },
  file: {
    title: 'ours, into a file',
    arguments: ['ip', 'web'],
    environment: (directory) => recording(directory, 'capture.pcap'),
  },
  ...(SAMBA_LIBRARY && {
    samba: {
      title: "Samba's",
      arguments: ['ip', 'localhost'],
      environment: (directory) => onHost(SAMBA_LIBRARY, directory),
    },
  }),
};

function recording(directory, file) {
  return { ...onHost(libraryPath(), directory), SOCKET_WRAPPER_PCAP_FILE: join(directory, file) };
}

function onHost(library, directory) {
  writeFileSync(join(directory, 'hosts'), '127.0.0.1 laptop\n127.0.0.2 web\n');
  return { LD_PRELOAD: library, SOCKET_WRAPPER_DIR: directory, SOCKET_WRAPPER_DEFAULT_IFACE: '1' };
}
