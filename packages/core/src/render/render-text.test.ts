import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { GOLDEN_NAMES, golden } from '../../test/golden.js';
import { LAPTOP, NAMES, Traffic, tcpPacket, udpPacket, unreachablePacket, WEB } from '../../test/traffic.js';
import { journalBlock } from '../artifact/journal.js';
import { readCapture } from '../pcap/capture.js';
import { LinkType } from '../pcap/link-type.js';
import { encodeBlocks } from '../pcapng/writer.js';
import { captureSummary, renderText } from './render-text.js';
import { widthOf } from './text-width.js';

const DB = { address: '10.53.57.12', port: 5432 };
const WEB_CLIENT = { address: '10.53.57.11', port: 41000 };
const START_NS = 1_700_000_000_000_000_000n;

function failedRequest(): Traffic {
  const traffic = new Traffic();
  const browser = traffic.connection(LAPTOP, WEB).open().fromClient('GET /users HTTP/1.1\r\nhost: web\r\n\r\n');
  traffic.connection(WEB_CLIENT, DB).refused();
  browser.fromServer(
    'HTTP/1.1 500 Internal Server Error\r\ncontent-type: text/plain\r\ncontent-length: 11\r\n\r\ndb is down\n',
  );
  browser.closedBy('client');
  return traffic;
}

const linesOf = (traffic: Traffic) => renderText(traffic.capture(), { names: NAMES }).split('\n').slice(3);

describe('renderText', () => {
  it('tells who connected to whom, what was asked and answered, and who closed', () => {
    const text = renderText(failedRequest().capture(), { names: NAMES });
    expect(text.split('\n')).toEqual([
      '10 packets, 2 conversations',
      '',
      '             laptop   web      db',
      '   0.000 ms  ├───1───▶│        │   connects to port 80',
      '   3.000 ms  ├───1───▶│        │   GET /users',
      '   4.000 ms  │        ├───2───✗│   connects to port 5432: refused, nobody listens there',
      '   6.000 ms  │◀───1───┤        │   500 Internal Server Error · text/plain · 11 bytes  "db is down\\n"',
      '   7.000 ms  ├───1───▶│        │   closes',
    ]);
  });

  it('leaves out the numbers when there is one conversation', () => {
    const traffic = new Traffic();
    traffic.connection(LAPTOP, WEB).open().fromClient('hello\n').resetBy('server');
    expect(linesOf(traffic)).toEqual([
      '   0.000 ms  ├───────▶│    connects to port 80',
      '   3.000 ms  ├───────▶│    6 bytes  "hello\\n"',
      '   4.000 ms  │✗───────┤    resets the connection',
    ]);
  });

  it('says that nobody answered', () => {
    const traffic = new Traffic();
    traffic.tcp(LAPTOP, WEB, { sequence: 1, flags: ['syn'] }).tcp(LAPTOP, WEB, { sequence: 1, flags: ['syn'] });
    const other = { ...LAPTOP, port: 40001 };
    traffic.connection(other, WEB).open().fromClient('GET /slow HTTP/1.1\r\n\r\n');
    expect(linesOf(traffic)).toEqual([
      '   0.000 ms  ├───1───✗│    connects to port 80: no answer',
      '   1.000 ms  ├───1───▶│    tries to connect again',
      '   2.000 ms  ├───2───▶│    connects to port 80',
      '   5.000 ms  ├───2───▶│    GET /slow',
      '             │✗───2───┤    no answer to GET /slow',
    ]);
  });

  it('says how long a server took to accept', () => {
    const traffic = new Traffic();
    traffic.tcp(LAPTOP, WEB, { sequence: 1, flags: ['syn'] }).wait(250);
    traffic.tcp(WEB, LAPTOP, { sequence: 1, acknowledgment: 2, flags: ['syn', 'ack'] });
    expect(linesOf(traffic)).toEqual(['   0.000 ms  ├───────▶│    connects to port 80, accepted after 250 ms']);
  });

  it('says what an ICMP error says', () => {
    const traffic = new Traffic();
    const packet = udpPacket(LAPTOP, { ...WEB, port: 9 }, 'ping');
    traffic.packet(packet).packet(unreachablePacket(WEB.address, LAPTOP.address, { packet, code: 3 }));
    const syn = tcpPacket(LAPTOP, DB, { sequence: 1, flags: ['syn'] });
    traffic.packet(syn).packet(unreachablePacket(DB.address, LAPTOP.address, { packet: syn, code: 1 }));
    expect(linesOf(traffic)).toEqual([
      '   0.000 ms  ├───1───▶│        │   4 bytes  "ping"',
      '   1.000 ms  │✗───1───┤        │   port unreachable',
      '   2.000 ms  ├───────2────────✗│   connects to port 5432: host unreachable',
    ]);
  });

  it('says what was sent again and what is missing', () => {
    const traffic = new Traffic();
    traffic.connection(LAPTOP, WEB).open();
    traffic.tcp(LAPTOP, WEB, { sequence: 1001, acknowledgment: 5001, data: 'one' });
    traffic.tcp(LAPTOP, WEB, { sequence: 1001, acknowledgment: 5001, data: 'one' });
    traffic.tcp(LAPTOP, WEB, { sequence: 1009, acknowledgment: 5001, data: 'three' });
    expect(linesOf(traffic).slice(1)).toEqual([
      '   3.000 ms  ├───────▶│    3 bytes  "one"',
      '   4.000 ms  ├───────▶│    sends 3 bytes again',
      '   5.000 ms  ├───────▶│    5 bytes are missing in the capture',
      '   5.000 ms  ├───────▶│    5 bytes  "three"',
    ]);
  });

  it('says that only one side closed', () => {
    const traffic = new Traffic();
    traffic.connection(LAPTOP, WEB).open().finFrom('server');
    expect(linesOf(traffic).at(-1)).toBe('   3.000 ms  │◀───────┤    closes; the other side does not');
  });

  it('tells both closes when something was sent between them', () => {
    const traffic = new Traffic();
    traffic.connection(LAPTOP, WEB).open().finFrom('client').fromServer('bye').finFrom('server');
    expect(linesOf(traffic).slice(1)).toEqual([
      '   3.000 ms  ├───────▶│    closes',
      '   4.000 ms  │◀───────┤    3 bytes  "bye"',
      '   5.000 ms  │◀───────┤    closes as well',
    ]);
  });

  it('tells the directions apart when a host talks to itself', () => {
    const traffic = new Traffic();
    const self = { address: '127.0.0.1', port: 40000 };
    traffic
      .connection(self, { ...self, port: 80 })
      .open()
      .fromClient('a')
      .fromServer('b')
      .resetBy('server');
    expect(linesOf(traffic)).toEqual([
      '   0.000 ms  ├──▶╮      connects to port 80',
      '   3.000 ms  ├──▶╮      1 byte  "a"',
      '   4.000 ms  ├◀──╯      1 byte  "b"',
      '   5.000 ms  ├✗──╯      resets the connection',
    ]);
  });

  it('joins the addresses of one name in one column', () => {
    const traffic = new Traffic();
    const v6 = { address: 'fd00::5357:5f0b', port: 80 };
    traffic.udp(LAPTOP, WEB, 'x').udp({ address: 'fd00::5357:5f0a', port: 1 }, v6, 'y');
    const names = new Map([...NAMES, ['fd00::5357:5f0a', 'laptop'], ['fd00::5357:5f0b', 'web']]);
    expect(renderText(traffic.capture(), { names }).split('\n')[2]).toBe('             laptop   web');
  });

  it('shows the last steps and counts the others', () => {
    const lines = renderText(failedRequest().capture(), { names: NAMES, last: 2 }).split('\n');
    expect(lines).toEqual([
      '10 packets, 2 conversations',
      '',
      '  … 6 earlier packets',
      '             laptop   web',
      '   6.000 ms  │◀───────┤    500 Internal Server Error · text/plain · 11 bytes  "db is down\\n"',
      '   7.000 ms  ├───────▶│    closes',
    ]);
  });

  it('looks at the last packets only when it is told to, and counts the others', () => {
    const lines = renderText(failedRequest().capture(), { names: NAMES, lastPackets: 4 }).split('\n');
    expect(lines[0]).toBe('4 packets, 1 conversation, after 6 packets not told here');
    expect(lines[3]).toContain('500 Internal Server Error');
  });

  it('writes routes instead of columns when there is no room for them', () => {
    const lines = renderText(failedRequest().capture(), { names: NAMES, width: 50 }).split('\n');
    expect(lines.slice(2)).toEqual([
      '   0.000 ms  1 laptop ▶ web  connects to port 80',
      '   3.000 ms  1 laptop ▶ web  GET /users',
      '   4.000 ms  2 web ✗ db  connects to port 5432: r…',
      '   6.000 ms  1 web ▶ laptop  500 Internal Server …',
      '   7.000 ms  1 laptop ▶ web  closes',
    ]);
  });

  it('colours nothing but the text that is there without colours', () => {
    const capture = failedRequest().capture();
    const coloured = renderText(capture, { names: NAMES, colour: true });
    expect(coloured).toContain('\u001b[31m500 Internal Server Error');
    expect(stripVTControlCharacters(coloured)).toBe(renderText(capture, { names: NAMES }));
  });

  it('makes names harmless', () => {
    const names = new Map([['10.53.57.11', 'w\u001b[2Jb']]);
    expect(renderText(new Traffic().udp(LAPTOP, WEB, 'x').capture(), { names })).toContain('w\\u001b[2Jb');
  });

  it('says that an empty capture is empty', () => {
    expect(renderText(new Traffic().capture())).toBe('0 packets, 0 conversations');
  });

  it('puts log lines, comments and lost packets in their places', () => {
    const data = udpPacket(LAPTOP, WEB, 'ping');
    const capture = readCapture(
      encodeBlocks([
        { type: 'section-header', byteOrder: 'little' },
        { type: 'interface-description', linkType: LinkType.RAW, snapLength: 0, timeResolution: 9, name: 'laptop' },
        { type: 'name-resolution', records: [{ kind: 'ip', address: '10.53.57.11', names: ['web'] }] },
        {
          type: 'enhanced-packet',
          interfaceId: 0,
          timestamp: START_NS,
          originalLength: data.length,
          data,
          packetId: 1n,
        },
        {
          type: 'systemd-journal',
          fields: [
            { name: '__REALTIME_TIMESTAMP', value: `${START_NS / 1000n + 500n}` },
            { name: 'SYSLOG_IDENTIFIER', value: 'node[42]' },
            { name: 'MESSAGE', value: 'pinging\u001b[31m' },
          ],
        },
        {
          type: 'enhanced-packet',
          interfaceId: 0,
          timestamp: START_NS + 1_000_000n,
          originalLength: data.length,
          data,
          packetId: 2n,
          comments: ['FAULT: partition'],
          verdicts: [{ kind: 2, value: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0) }],
        },
        {
          type: 'enhanced-packet',
          interfaceId: 0,
          timestamp: START_NS,
          originalLength: data.length,
          data,
          packetId: 1n,
        },
      ]),
    );
    expect(renderText(capture).split('\n')).toEqual([
      '3 packets, 1 conversation',
      '',
      '             10.53.57.10  web',
      '   0.000 ms  ├───────────▶│    4 bytes  "ping"',
      '   0.500 ms  │            │    node[42]: pinging',
      '   1.000 ms  ├───────────✗│    4 bytes lost on the way',
      '   1.000 ms  │            │    FAULT: partition',
    ]);
  });

  it('leaves out lines that only point at the line above, and shows tabs as a terminal does', () => {
    const printed = [
      'app.js:1',
      'throw new Error();',
      '^',
      '   ~~^~~',
      '\u001b[31m ^\u001b[39m',
      '',
      'Error\n\tat main',
      '\tat main',
    ];
    const lines = printed.map((text, index) =>
      journalBlock({ source: 'web node', text, level: 'error', timeMs: 1_700_000_000_000 + index }),
    );
    const blocks = [{ type: 'section-header', byteOrder: 'little' } as const, ...lines];
    expect(
      renderText(readCapture(encodeBlocks(blocks)))
        .split('\n')
        .slice(2),
    ).toEqual([
      '   0.000 ms     web node: app.js:1',
      '   1.000 ms     web node: throw new Error();',
      '   6.000 ms     web node: Error …',
      '   7.000 ms     web node:         at main',
    ]);
  });

  it.each(GOLDEN_NAMES)('keeps to the width and adds no control characters for %s', (name) => {
    for (const width of [40, 80, 132]) {
      const lines = renderText(readCapture(golden(name)), { width }).split('\n');
      for (const line of lines) {
        expect(widthOf(line), line).toBeLessThanOrEqual(width);
        expect(line).toBe(stripVTControlCharacters(line).trimEnd());
      }
    }
  });
});

describe('captureSummary', () => {
  it('counts packets and conversations', () => {
    expect(captureSummary(failedRequest().capture().packets)).toBe('10 packets, 2 conversations');
  });
});
