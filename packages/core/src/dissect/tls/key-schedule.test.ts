import { describe, expect, it } from 'vitest';
import { hex } from '../../../test/told.js';
import { cipherSuite } from './cipher-suite.js';
import { trafficKeys } from './key-schedule.js';

const AES_128_GCM_SHA256 = 4865;

describe('trafficKeys', () => {
  it.each([
    [
      'the client',
      'b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21',
      'dbfaa693d1762c5b666af5d950258d01',
      '5bd3c71b836e0b76bb73265f',
    ],
    [
      'the server',
      'b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38',
      '3fce516009c21727d0f2e4e86ee403bc',
      '5d313eb2671276ee13000b30',
    ],
  ])('makes the keys of %s in the handshake of RFC 8448, section 3', (_who, secret, key, iv) => {
    const suite = cipherSuite(AES_128_GCM_SHA256);
    if (suite === undefined) throw new Error('The suite is not known');
    const keys = trafficKeys(hex(secret), suite);
    expect(Buffer.from(keys.key).toString('hex')).toBe(key);
    expect(Buffer.from(keys.iv).toString('hex')).toBe(iv);
  });
});
