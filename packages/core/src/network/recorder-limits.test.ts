import { describe, expect, it } from 'vitest';
import { Network } from './network.js';
import { type RecorderLimits, recorderVariables } from './recorder-limits.js';

describe('recorderVariables', () => {
  it('tells programs of the limits that were given, and of no others', () => {
    expect(recorderVariables({})).toEqual({});
    expect(recorderVariables({ bytes: 1_048_576, packetBytes: 128 })).toEqual({
      SOCKET_WRAPPER_CAPTURE_BYTES: '1048576',
      SOCKET_WRAPPER_CAPTURE_PACKET_LIMIT: '128',
    });
  });

  it.each([
    [{ bytes: 1_048_575 }, 'got bytes 1048575: a whole number from 1048576 to 1073741824 is needed'],
    [{ bytes: 2 ** 30 + 1 }, 'got bytes 1073741825: a whole number from 1048576 to 1073741824 is needed'],
    [{ bytes: '64M' }, "got bytes '64M': a whole number from 1048576 to 1073741824 is needed"],
    [{ packetBytes: 0 }, 'got packetBytes 0: a whole number from 1 to 65535 is needed'],
    [{ packetBytes: 1.5 }, 'got packetBytes 1.5: a whole number from 1 to 65535 is needed'],
    [{ size: 1 }, 'has no option "size": its options are bytes, packetBytes'],
  ])('refuses %j', (limits, said) => {
    const message = `The recorder of a network ${said}`;
    expect(() => recorderVariables(limits as RecorderLimits)).toThrow(new TypeError(message));
    expect(() => new Network({ recorder: limits as RecorderLimits })).toThrow(new TypeError(message));
  });
});

describe('a network', () => {
  it('has its programs keep what it was told to, as long as they record', async () => {
    await using network = new Network({ recorder: { bytes: 1_048_576 } });
    expect(network.environment(network.host('web'))).toHaveProperty('SOCKET_WRAPPER_CAPTURE_BYTES', '1048576');
    await using silent = new Network({ capture: false, recorder: { bytes: 1_048_576 } });
    expect(silent.environment(silent.host('web'))).not.toHaveProperty('SOCKET_WRAPPER_CAPTURE_BYTES');
  });
});
