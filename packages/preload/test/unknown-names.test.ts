/** What the time line says of names that nobody has, whoever looked them up. */
import { describe, expect, it } from 'vitest';
import { createNetwork, type ProgramNetwork } from '../src/index.js';
import { requireProgram } from './support/programs.js';

/** What the text of the capture says of lookups, without the times. */
function lookupsOf(network: ProgramNetwork): string[] {
  const lines = network.capture.text().split('\n');
  return lines.filter((line) => line.includes('looked up')).map((line) => line.replace(/^.*? ms[ │]+/, ''));
}

describe('a name that no host has', () => {
  it.for([
    ['getaddrinfo', "socket.getaddrinfo('wbe', 80)"],
    ['gethostbyname', "socket.gethostbyname('wbe')"],
    ['gethostbyname_ex', "socket.gethostbyname_ex('wbe')"],
    ['res_query', "ctypes.CDLL(None).res_query(b'wbe', 1, 1, ctypes.create_string_buffer(512), 512)"],
  ])('is told of once when a program asks for it by %s', async ([, call], context) => {
    requireProgram('python3', context);
    await using network = createNetwork();
    network.host('web');
    const script = ['import ctypes, socket', 'for _ in range(3):', `  try: ${call}`, '  except OSError: pass'];
    await network.host('laptop').run('python3', ['-c', script.join('\n')]);
    expect(lookupsOf(network)).toEqual(['laptop python3: looked up "wbe": no such host, only test, web and laptop']);
  });

  it('is told of with its time, in front of what came later', async (context) => {
    requireProgram('curl', context);
    await using network = createNetwork();
    const laptop = network.host('laptop');
    await laptop.run('curl', ['-s', 'http://web/'], { reject: false });
    await network.host('web').run('curl', ['-s', 'http://laptop/'], { reject: false });
    const text = network.capture.text();
    const places = ['laptop curl: looked up "web": no such host yet', 'connects to port 80'];
    const [lookup = -1, connect = -1] = places.map((place) => text.indexOf(place));
    expect(lookup).toBeGreaterThan(0);
    expect(connect).toBeGreaterThan(lookup);
  });

  it('is none when the host has it, when it is a number, or when only numbers are wanted', async (context) => {
    requireProgram('python3', context);
    await using network = createNetwork();
    const script = [
      'import socket',
      "socket.getaddrinfo('web', 80)",
      "socket.getaddrinfo('localhost', 80)",
      'for family in (socket.AF_INET, socket.AF_INET6):',
      '  for flags in (0, socket.AI_NUMERICHOST):',
      "    for name in ('10.0.0.1', 'fe80::1%nothing', 'wbe' if flags else 'web'):",
      '      try: socket.getaddrinfo(name, 80, family, 0, 0, flags)',
      '      except OSError: pass',
    ];
    await network.host('web').run('python3', ['-c', script.join('\n')]);
    expect(lookupsOf(network)).toEqual([]);
  });
});
