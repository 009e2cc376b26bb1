import { describe, expect, it } from 'vitest';
import { isPreloadable, preloadEnvironment, withPreload } from './environment.js';
import { createNetwork } from './program-network.js';

const LIBRARY = '/opt/libsocket_wrapper.so';

describe('withPreload', () => {
  it.each([
    [undefined, LIBRARY],
    ['', LIBRARY],
    ['/a.so', `${LIBRARY}:/a.so`],
    ['/a.so /b.so:/c.so', `${LIBRARY}:/a.so:/b.so:/c.so`],
    [`/a.so:${LIBRARY}`, `${LIBRARY}:/a.so`],
    ['/a.so:/usr/lib/libasan.so.8', `/usr/lib/libasan.so.8:${LIBRARY}:/a.so`],
    ['/usr/lib/libclang_rt.asan-x86_64.so', `/usr/lib/libclang_rt.asan-x86_64.so:${LIBRARY}`],
    ['/usr/lib/libtsan.so.2', `/usr/lib/libtsan.so.2:${LIBRARY}`],
    ['/usr/lib/libasandbox.so', `${LIBRARY}:/usr/lib/libasandbox.so`],
  ])('makes %j of LD_PRELOAD %j', (present, expected) => {
    expect(withPreload({ LD_PRELOAD: present }, {}, LIBRARY)).toEqual({ LD_PRELOAD: expected });
  });

  it('keeps other variables, and leaves out those that are undefined', () => {
    const env = withPreload({ HOME: '/root', TERM: undefined, SOCKET_WRAPPER_DEBUGLEVEL: '3' }, {}, LIBRARY);
    expect(env).toEqual({ HOME: '/root', SOCKET_WRAPPER_DEBUGLEVEL: '3', LD_PRELOAD: LIBRARY });
  });

  it('takes nothing of the network over from outside, not even what the network does not set', () => {
    const outer = {
      SOCKET_WRAPPER_DIR: '/outer',
      SOCKET_WRAPPER_PCAP_FILE: '/outer.pcap',
      SOCKET_WRAPPER_SPAWN: '7',
      SOCKET_WRAPPER_IPV4_NETWORK: '127.0.0.0',
      SOCKET_WRAPPER_DEFAULT_IFACE: '9',
    };
    expect(withPreload(outer, { SOCKET_WRAPPER_DIR: '/inner' }, LIBRARY)).toEqual({
      SOCKET_WRAPPER_DIR: '/inner',
      LD_PRELOAD: LIBRARY,
    });
  });

  it('leaves the environment it was given alone', () => {
    const env = Object.freeze({ LD_PRELOAD: '/a.so' });
    withPreload(env, { SOCKET_WRAPPER_DIR: '/d' }, LIBRARY);
    expect(env).toEqual({ LD_PRELOAD: '/a.so' });
  });

  it.each(['/with space/l.so', '/with:colon/l.so', '/with/$LIB/l.so'])('refuses %j', (path) => {
    expect(isPreloadable(path)).toBe(false);
    expect(() => withPreload({}, {}, path)).toThrow(
      expect.objectContaining({
        code: 'LIBRARY_PATH_UNUSABLE',
        file: path,
        message: `Cannot preload "${path}": LD_PRELOAD has no way to write a path with a space, a colon or a dollar sign`,
      }),
    );
  });
});

describe('preloadEnvironment', () => {
  it('puts a program on a host of a network', async () => {
    await using network = createNetwork();
    const env = preloadEnvironment({ PATH: '/bin' }, network, network.host('web'), LIBRARY);
    expect(env).toEqual({
      PATH: '/bin',
      LD_PRELOAD: LIBRARY,
      SOCKET_WRAPPER_DIR: network.directory,
      SOCKET_WRAPPER_IPV4_NETWORK: '10.53.57.0',
      SOCKET_WRAPPER_DEFAULT_IFACE: '11',
      SOCKET_WRAPPER_PCAP_FILE: network.captureFile,
    });
  });
});
