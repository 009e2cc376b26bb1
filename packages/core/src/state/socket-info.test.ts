import { describe, expect, it } from 'vitest';
import { FLAG, socketRecord } from '../../test/state-file.js';
import { bySocketAddress, socketInfoOf } from './socket-info.js';
import { socketsOf } from './state-records.js';

const names: Record<number, string> = { 10: 'test', 11: 'web' };

function infoOf(fields: Parameters<typeof socketRecord>[0]) {
  const [record] = socketsOf(socketRecord(fields), 0);
  if (record === undefined) throw new Error('The record was left out');
  return socketInfoOf(record, (interfaceId) => names[interfaceId]);
}

describe('socketInfoOf', () => {
  it('tells of a listening socket', () => {
    const local = { bytes: [0, 0, 0, 0], port: 80 };
    const flags = FLAG.bound | FLAG.wildcard | FLAG.listening;
    expect(infoOf({ pid: 4, spawn: 2, interfaceId: 11, flags, local })).toEqual({
      transport: 'tcp',
      family: 'ipv4',
      host: 'web',
      interfaceId: 11,
      pid: 4,
      spawn: 2,
      state: 'listening',
      local: { address: '0.0.0.0', port: 80 },
      wildcard: true,
    });
  });

  it('tells the peer of a connected socket', () => {
    const local = { bytes: [10, 53, 57, 10], port: 40001 };
    const peer = { bytes: [10, 53, 57, 11], port: 80 };
    expect(infoOf({ flags: FLAG.bound | FLAG.connected, local, peer })).toMatchObject({
      state: 'connected',
      local: { address: '10.53.57.10', port: 40001 },
      peer: { address: '10.53.57.11', port: 80 },
      wildcard: false,
    });
  });

  it('does not tell the peer that a socket had before', () => {
    expect(infoOf({ flags: FLAG.bound, peer: { bytes: [10, 53, 57, 11], port: 80 } })).not.toHaveProperty('peer');
  });

  it.each([
    [0, 'open'],
    [FLAG.bound, 'bound'],
    [FLAG.bound | FLAG.connected, 'connected'],
    [FLAG.bound | FLAG.listening, 'listening'],
    [FLAG.bound | 16 | 32 | 64 | 0x8000, 'bound'],
  ])('calls a socket with flags %i %s', (flags, state) => {
    expect(infoOf({ flags }).state).toBe(state);
  });

  it.each([
    [2, '0.0.0.0'],
    [10, '::'],
  ])('gives a socket of family %i without an address %s', (family, address) => {
    expect(infoOf({ family }).local).toEqual({ address, port: 0 });
  });

  it('gives the address of a host that the network has no name for', () => {
    expect(infoOf({ interfaceId: 99 }).host).toBe('10.53.57.99');
  });
});

describe('bySocketAddress', () => {
  it('sorts by host, port, transport, family, address, peer and process', () => {
    const at = (last: number, port: number) => ({ bytes: [10, 53, 57, last], port });
    const sorted = [
      infoOf({ interfaceId: 10, local: at(10, 9000) }),
      infoOf({ interfaceId: 11, local: at(11, 80) }),
      infoOf({ interfaceId: 11, local: at(12, 80) }),
      infoOf({ interfaceId: 11, flags: FLAG.connected, local: at(12, 80), peer: at(10, 40_000) }),
      infoOf({ interfaceId: 11, flags: FLAG.connected, local: at(12, 80), peer: at(10, 40_001) }),
      infoOf({ interfaceId: 11, family: 10, local: at(11, 80), pid: 1 }),
      infoOf({ interfaceId: 11, family: 10, local: at(11, 80), pid: 2 }),
      infoOf({ interfaceId: 11, type: 2, local: at(11, 80) }),
      infoOf({ interfaceId: 11, local: at(11, 81) }),
    ];
    expect([...sorted].reverse().sort(bySocketAddress)).toEqual(sorted);
  });
});
