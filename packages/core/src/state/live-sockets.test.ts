import { describe, expect, it } from 'vitest';
import { inodesOf } from './live-sockets.js';

const PROC_NET_UNIX = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 16163 /run/systemd/private
0000000000000000: 00000003 00000000 00000000 0001 03  1593
0000000000000000: 00000002 00000000 00000000 0002 01 4294967297 @abstract 17 18
ffff9f2ac0ab600c: 00000002 00000000 00010000 0005 01 99 /tmp/a path: 1 2 3 4 5 77
`;

describe('inodesOf', () => {
  it('reads the inode of every socket, whatever its path looks like', () => {
    expect(inodesOf(PROC_NET_UNIX)).toEqual(new Set([16163n, 1593n, 4294967297n, 99n]));
  });

  it('finds none in an empty list', () => {
    expect(inodesOf('Num       RefCount Protocol Flags    Type St Inode Path\n')).toEqual(new Set());
  });
});
