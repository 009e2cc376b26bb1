/** What is measured, and what each number is to be. */

/**
 * @typedef {object} Row
 * @property {string} title
 * @property {'ns' | 'KiB'} unit  of the number that the program prints; less is better
 * @property {Goal} [goal]  what our library is to reach; to be better than Samba's is a goal of every row
 * @property {number} [turns]  how often it is run where others are run once, because its goal is finer than a run's own spread
 * @property {boolean} [beatsSamba]  false where Samba's library does less than is asked for
 *
 * @typedef {object} Goal
 * @property {'unix' | 'loopback'} beside  the way whose number ours is compared with
 * @property {number} [rate]  at least so many times the other's rate
 * @property {number} [times]  at most so many times the other's number
 * @property {number} [more]  at most so much more than the other's number, in the row's unit
 */

/** By the name of the program in `programs/`. @type {Record<string, Row>} */
export const ROWS = {
  stream_write: { title: '64 KiB stream write', unit: 'ns', goal: { beside: 'unix', rate: 0.95 } },
  ping_pong: { title: '1 byte ping-pong, TCP', unit: 'ns', goal: { beside: 'unix', rate: 0.95 } },
  udp_ping_pong: { title: '1 byte ping-pong, UDP', unit: 'ns', goal: { beside: 'unix', rate: 0.9 } },
  udp_burst: { title: 'datagram of a burst of 64', unit: 'ns' },
  connect: { title: 'connect, accept, close', unit: 'ns', goal: { beside: 'loopback', times: 1 } },
  many_connections: { title: 'connection of 4,000 open ones', unit: 'ns', goal: { beside: 'loopback', times: 1 } },
  socket_close: { title: 'socket, close', unit: 'ns' },
  poll_thousand: { title: 'poll of 1,000 sockets', unit: 'ns', goal: { beside: 'unix', rate: 0.95 } },
  epoll_thousand: { title: 'epoll of 1,000 sockets', unit: 'ns', goal: { beside: 'unix', rate: 0.95 } },
  file_io: { title: 'read and write of files', unit: 'ns', turns: 5, goal: { beside: 'loopback', times: 1.02 } },
  fork: { title: 'fork', unit: 'ns', turns: 3, goal: { beside: 'loopback', times: 1.1 } },
  process_start: { title: 'process start', unit: 'ns', goal: { beside: 'loopback', more: 1_000_000 } },
  getaddrinfo: { title: 'getaddrinfo of a host', unit: 'ns', goal: { beside: 'loopback', times: 1 } },
  memory: { title: 'resident memory', unit: 'KiB', goal: { beside: 'loopback', more: 2048 } },
};
