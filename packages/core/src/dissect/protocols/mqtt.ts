/**
 * MQTT 3.1, 3.1.1 and 5 (https://docs.oasis-open.org/mqtt/mqtt/v5.0/mqtt-v5.0.html).
 */
import { ByteReader } from '../../bytes/byte-reader.js';
import { excerptOf } from './excerpt.js';
import type { MessageContent } from './message.js';
import { allProperties, type MqttProperties, mqttNumber, mqttProperties, mqttText } from './mqtt-properties.js';
import type { SideContext, StreamProtocol } from './protocol.js';
import { ProtocolError, type Waiting } from './stream-reader.js';
import { byteCount, plural } from './units.js';

/** §2.1.2 */
const PACKETS = [
  undefined,
  'CONNECT',
  'CONNACK',
  'PUBLISH',
  'PUBACK',
  'PUBREC',
  'PUBREL',
  'PUBCOMP',
  'SUBSCRIBE',
  'SUBACK',
  'UNSUBSCRIBE',
  'UNSUBACK',
  'PINGREQ',
  'PINGRESP',
  'DISCONNECT',
  'AUTH',
] as const;
type PacketName = NonNullable<(typeof PACKETS)[number]>;

/** What each is followed by, unless the connection is in trouble. */
const REQUESTS: readonly PacketName[] = ['CONNECT', 'PUBREL', 'SUBSCRIBE', 'UNSUBSCRIBE', 'PINGREQ'];
const VERSIONS: Readonly<Record<number, string>> = { 3: '3.1', 4: '3.1.1', 5: '5' };
const VERSION_5 = 5;
/** With their lengths, in CONNECT (§3.1.2.1). */
const NAMES: readonly string[] = ['\0\u0004MQTT', '\0\u0006MQIsdp'];
const MAX_NAME_LENGTH = 8;
/** The first byte of a client. */
const CONNECT_TYPE = 0x10;
const ConnectFlag = { WILL: 0x04, PASSWORD: 0x40, USER: 0x80 } as const;
const PublishFlag = { RETAIN: 0x01, DUPLICATE: 0x08 } as const;
const FIRST_FAILURE = 0x80;
const MAX_LENGTH = 1024 * 1024;
const MAX_SHOWN = 8;

/** What a server of 3.1 or 3.1.1 answers to CONNECT (MQTT 3.1.1 §3.2.2.3). */
const CONNECT_CODES = [
  undefined,
  'unacceptable protocol version',
  'identifier rejected',
  'server unavailable',
  'bad user name or password',
  'not authorized',
] as const;

/** §2.4, those that people meet. */
const REASONS: Readonly<Record<number, string>> = {
  4: 'with will message',
  16: 'no matching subscribers',
  17: 'no subscription existed',
  128: 'unspecified error',
  129: 'malformed packet',
  130: 'protocol error',
  131: 'implementation specific error',
  132: 'unsupported protocol version',
  133: 'client identifier not valid',
  134: 'bad user name or password',
  135: 'not authorized',
  136: 'server unavailable',
  137: 'server busy',
  138: 'banned',
  139: 'server shutting down',
  140: 'bad authentication method',
  141: 'keep alive timeout',
  142: 'session taken over',
  143: 'topic filter invalid',
  144: 'topic name invalid',
  145: 'packet identifier in use',
  146: 'packet identifier not found',
  147: 'receive maximum exceeded',
  148: 'topic alias invalid',
  149: 'packet too large',
  150: 'message rate too high',
  151: 'quota exceeded',
  152: 'administrative action',
  153: 'payload format invalid',
  154: 'retain not supported',
  155: 'QoS not supported',
  156: 'use another server',
  157: 'server moved',
  158: 'shared subscriptions not supported',
  159: 'connection rate exceeded',
  161: 'subscription identifiers not supported',
  162: 'wildcard subscriptions not supported',
};

/** What both sides must know of each other. */
interface Session {
  version: number;
}

/** One side, as it reads. */
interface Reading {
  readonly context: SideContext;
  readonly session: Session;
  readonly aliases: Map<number, string>;
}

/** MQTT over TCP. */
export const mqtt: StreamProtocol = {
  name: 'mqtt',

  recognises({ client }) {
    if (client[0] !== CONNECT_TYPE) return false;
    const lengthEnd = client.findIndex((byte, i) => i > 0 && byte < 0x80) + 1;
    const body = Buffer.from(client.subarray(lengthEnd, lengthEnd + MAX_NAME_LENGTH)).toString('latin1');
    return lengthEnd <= 5 && NAMES.some((name) => body.startsWith(name));
  },

  parsers({ client, server }) {
    const session: Session = { version: 4 };
    return { client: packets(client, session), server: packets(server, session) };
  },
};

function* packets(context: SideContext, session: Session): Waiting<void> {
  const { input } = context;
  const reading: Reading = { context, session, aliases: new Map() };
  while (yield* input.hasMore()) {
    context.begin();
    const first = yield* input.number(1);
    const name = PACKETS[first >> 4];
    if (name === undefined) throw new ProtocolError('MQTT has no packet 0');
    const length = yield* lengthOf(context);
    if (name === 'PUBLISH') yield* publish(reading, first & 0x0f, length);
    else {
      if (length > MAX_LENGTH) throw new ProtocolError(`No ${name} is this long`);
      const bytes = yield* input.take(length);
      const body = new ByteReader({ subject: name, bytes, byteOrder: 'big' });
      context.emit(roleOf(name, context, contentOf(name, body, session)));
    }
  }
}

function* lengthOf({ input }: SideContext): Waiting<number> {
  const bytes: number[] = [];
  do bytes.push(yield* input.number(1));
  while ((bytes.at(-1) ?? 0) >= 0x80 && bytes.length < 4);
  return mqttNumber(() => bytes.shift() ?? 0x80);
}

/** The payload may be of any size, so it is not read at once as other packets are. */
function* publish({ context, session, aliases }: Reading, flags: number, length: number): Waiting<void> {
  const { input } = context;
  const start = input.position;
  const qos = (flags >> 1) & 3;
  let topic = Buffer.from(yield* input.take(yield* input.number(2))).toString('utf8');
  const id = qos === 0 ? '' : ` ${yield* input.number(2)}`;
  if (session.version === VERSION_5) {
    const { topicAlias } = yield* propertiesIn(context);
    if (topicAlias !== undefined && topic !== '') aliases.set(topicAlias, topic);
    else if (topicAlias !== undefined) topic = aliases.get(topicAlias) ?? `(alias ${topicAlias})`;
  }
  const payloadLength = length - (input.position - start);
  if (payloadLength < 0) throw new ProtocolError('The topic is longer than its packet');
  const told = [
    `PUBLISH${id} ${topic}`,
    ...(qos === 0 ? [] : [`QoS ${qos}`]),
    ...((flags & PublishFlag.RETAIN) === 0 ? [] : ['retained']),
    ...((flags & PublishFlag.DUPLICATE) === 0 ? [] : ['again']),
  ];
  const content: MessageContent = { protocol: 'mqtt', summary: told.join(' · ') };
  context.draft(content);
  const body = yield* input.body(payloadLength);
  const summary = [...told, byteCount(body.length)].join(' · ');
  const isAsking = qos > 0 && context.side === 'client';
  context.emit({ ...content, summary, excerpt: excerptOf(body), ...(isAsking ? { role: 'request' as const } : {}) });
}

function* propertiesIn(context: SideContext): Waiting<MqttProperties> {
  const length = yield* lengthOf(context);
  if (length > MAX_LENGTH) throw new ProtocolError('No properties are this long');
  const bytes = yield* context.input.take(length);
  return allProperties(new ByteReader({ subject: 'PUBLISH', bytes, byteOrder: 'big' }));
}

function contentOf(name: PacketName, body: ByteReader, session: Session): MessageContent {
  switch (name) {
    case 'CONNECT':
      return connect(body, session);
    case 'CONNACK':
      body.u8('flags');
      return session.version === VERSION_5 ? outcome(name, body) : connectCode(body.u8('code'));
    case 'SUBSCRIBE':
      return subscribe(name, body, session);
    case 'UNSUBSCRIBE':
      return subscribe(name, body, session);
    case 'SUBACK':
    case 'UNSUBACK':
      return acknowledgements(name, body, session);
    case 'PUBACK':
    case 'PUBREC':
    case 'PUBREL':
    case 'PUBCOMP':
      return outcome(`${name} ${body.u16('packet identifier')}`, body);
    default:
      return outcome(name, body);
  }
}

/** User names are told, passwords are not. */
function connect(body: ByteReader, session: Session): MessageContent {
  mqttText(body);
  session.version = body.u8('version');
  const flags = body.u8('flags');
  body.u16('keep alive');
  const isVersion5 = session.version === VERSION_5;
  if (isVersion5) mqttProperties(body);
  const client = mqttText(body);
  const told = [
    client === '' ? 'CONNECT' : `CONNECT ${client}`,
    `MQTT ${VERSIONS[session.version] ?? session.version}`,
  ];
  if ((flags & ConnectFlag.WILL) !== 0) {
    if (isVersion5) mqttProperties(body);
    told.push(`will ${mqttText(body)}`);
    body.take(body.u16('length'), 'will');
  }
  if ((flags & ConnectFlag.USER) !== 0) told.push(`user ${mqttText(body)}`);
  return { protocol: 'mqtt', summary: told.join(' · ') };
}

function connectCode(code: number): MessageContent {
  if (code === 0) return { protocol: 'mqtt', summary: 'CONNACK' };
  return { protocol: 'mqtt', summary: `CONNACK · ${CONNECT_CODES[code] ?? `code ${code}`}`, tone: 'bad' };
}

/** A packet that ends with a reason code and properties, both left out when all is well. */
function outcome(what: string, body: ByteReader): MessageContent {
  const code = body.remaining === 0 ? 0 : body.u8('reason code');
  const { reason } = body.remaining === 0 ? {} : mqttProperties(body);
  if (code === 0) return { protocol: 'mqtt', summary: what };
  const why = REASONS[code] ?? `reason ${code}`;
  const summary = `${what} · ${why}${reason === undefined ? '' : `: ${reason}`}`;
  return { protocol: 'mqtt', summary, ...(code >= FIRST_FAILURE ? { tone: 'bad' as const } : {}) };
}

function subscribe(name: 'SUBSCRIBE' | 'UNSUBSCRIBE', body: ByteReader, { version }: Session): MessageContent {
  const id = body.u16('packet identifier');
  if (version === VERSION_5) mqttProperties(body);
  const topics: string[] = [];
  while (body.remaining > 0) {
    const topic = mqttText(body);
    const qos = name === 'SUBSCRIBE' ? body.u8('options') & 3 : 0;
    topics.push(qos === 0 ? topic : `${topic} (QoS ${qos})`);
  }
  const more = topics.length > MAX_SHOWN ? [`… ${topics.length - MAX_SHOWN} more`] : [];
  return { protocol: 'mqtt', summary: `${name} ${id} ${[...topics.slice(0, MAX_SHOWN), ...more].join(', ')}` };
}

function acknowledgements(name: 'SUBACK' | 'UNSUBACK', body: ByteReader, { version }: Session): MessageContent {
  const what = `${name} ${body.u16('packet identifier')}`;
  if (version === VERSION_5) mqttProperties(body);
  const codes = [...body.rest()];
  const failures = codes.filter((code) => code >= FIRST_FAILURE);
  if (failures.length === 0) return { protocol: 'mqtt', summary: what };
  const reasons = [...new Set(failures.map((code) => REASONS[code] ?? `reason ${code}`))].join(', ');
  const of = codes.length === 1 ? '' : ` (${failures.length} of ${plural(codes.length, 'topic')})`;
  return { protocol: 'mqtt', summary: `${what} · ${version === VERSION_5 ? reasons : 'failure'}${of}`, tone: 'bad' };
}

function roleOf(name: PacketName, { side }: SideContext, content: MessageContent): MessageContent {
  if (side === 'server') return { ...content, role: 'answer' };
  return REQUESTS.includes(name) ? { ...content, role: 'request' } : content;
}
