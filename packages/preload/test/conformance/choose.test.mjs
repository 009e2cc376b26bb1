import { expect, it } from 'vitest';
import { choose } from './choose.mjs';

const SUITES = [
  { name: 'libuv', cases: () => [{ name: 'tcp_open' }, { name: 'udp_open' }] },
  { name: 'cpython', cases: () => [{ name: 'test.test_socket' }, { name: 'test.test_socketserver' }] },
];

function chosen(...names) {
  return choose(SUITES, names).map(({ suite, cases }) => [suite.name, ...cases().map(({ name }) => name)]);
}

it('chooses every suite where none is named', () => {
  expect(chosen()).toEqual([
    ['libuv', 'tcp_open', 'udp_open'],
    ['cpython', 'test.test_socket', 'test.test_socketserver'],
  ]);
});

it('chooses the cases whose names contain the rest of the name', () => {
  expect(chosen('cpython:socket')).toEqual([['cpython', 'test.test_socket', 'test.test_socketserver']]);
});

it('chooses the one case of that very name, although others contain it', () => {
  expect(chosen('cpython:test.test_socket')).toEqual([['cpython', 'test.test_socket']]);
});

it('makes one row of several names of one suite, with each case once', () => {
  expect(chosen('libuv:udp', 'cpython:server', 'libuv:open', 'libuv')).toEqual([
    ['libuv', 'udp_open', 'tcp_open'],
    ['cpython', 'test.test_socketserver'],
  ]);
});

it('refuses the name of a suite that is none', () => {
  expect(() => chosen('libev')).toThrow('There is no suite libev: the suites are libuv, cpython');
});

it('refuses a part of a name that no case has', () => {
  expect(() => chosen('libuv:tcp_open', 'libuv:sctp')).toThrow(
    "no case of libuv has 'sctp' in its name: --list shows them",
  );
});
