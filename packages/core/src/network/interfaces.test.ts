import { describe, expect, it } from 'vitest';
import { InterfaceMap } from './interfaces.js';

const names = Array.from({ length: 254 }, (_, index) => `host-${index}`);

describe('InterfaceMap', () => {
  it('hands out IDs in order, from 11 to 254 and then from 1 to 10', () => {
    const interfaces = new InterfaceMap();
    const ids = names.map((name) => interfaces.idOf(name));
    expect(ids.slice(0, 244)).toEqual(Array.from({ length: 244 }, (_, index) => index + 11));
    expect(ids.slice(244)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('leaves out IDs that are reserved', () => {
    const interfaces = new InterfaceMap();
    interfaces.reserve('test', 12);
    expect(['a', 'b', 'c'].map((name) => interfaces.idOf(name))).toEqual([11, 13, 14]);
  });

  it('gives a name the same ID again, in upper and lower case', () => {
    const interfaces = new InterfaceMap();
    expect(interfaces.idOf('web')).toBe(interfaces.idOf('WEB'));
    expect(interfaces.names).toEqual(['web']);
  });

  it('says when all IDs are taken, and still knows the names it has', () => {
    const interfaces = new InterfaceMap();
    for (const name of names) interfaces.idOf(name);
    const message = 'Cannot give host "one-more" an interface: all 254 of the network are taken';
    expect(() => interfaces.idOf('one-more')).toThrow(
      expect.objectContaining({ name: 'NetworkError', code: 'INTERFACES_EXHAUSTED', message }),
    );
    expect(interfaces.idOf('host-3')).toBe(14);
  });

  it.each([
    ['b', 0, 'Cannot give host "b" interface ID 0: a whole number from 1 to 254 is needed'],
    ['b', 255, 'Cannot give host "b" interface ID 255: a whole number from 1 to 254 is needed'],
    ['A', 21, 'Cannot give host "a" interface ID 21: it has interface ID 20 already'],
    ['b', 20, 'Cannot give host "b" interface ID 20: another host has it'],
  ])('refuses to reserve for %s ID %i', (name, interfaceId, message) => {
    const interfaces = new InterfaceMap();
    interfaces.reserve('a', 20);
    expect(() => interfaces.reserve(name, interfaceId)).toThrow(
      expect.objectContaining({ name: 'NetworkError', code: 'BAD_INTERFACE_ID', message }),
    );
  });
});
