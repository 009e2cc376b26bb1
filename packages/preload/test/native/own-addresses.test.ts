/** A host of 10.53.57.0 has two IPv4 addresses, 127.0.0.1 and its own on the network. The kernel's loopback has no such pair to compare with. */
import { expect, it } from 'vitest';
import { requireProgram } from '../support/programs.js';
import { hasNamespaces, ON_10_53_57, runRedirected } from './support/run.js';

const PROGRAM = `
from socket import *

server = socket(AF_INET, SOCK_DGRAM)
server.bind(("0.0.0.0", 7000))
anywhere = socket(AF_INET, SOCK_DGRAM)
anywhere.bind(("0.0.0.0", 7001))
own = socket(AF_INET, SOCK_DGRAM)
own.bind(("10.53.57.11", 7002))
anywhere.sendto(b"loopback", ("127.0.0.1", 7000))
anywhere.sendto(b"network", ("10.53.57.11", 7000))
own.sendto(b"own", ("10.53.57.11", 7000))
anywhere.sendto(b"loopback again", ("127.0.0.1", 7000))
for _ in range(4):
    data, source = server.recvfrom(100)
    print(data.decode(), "from", *source)
`;

it('shows each datagram that waits from the address of its host that it was sent from', async (context) => {
  requireProgram('python3', context);
  if (!(await hasNamespaces())) context.skip();
  expect(await runRedirected(['python3', '-c', PROGRAM], ON_10_53_57)).toEqual({
    lines: [
      'loopback from 127.0.0.1 7001',
      'network from 10.53.57.11 7001',
      'own from 10.53.57.11 7002',
      'loopback again from 127.0.0.1 7001',
    ],
    ending: '',
  });
});
