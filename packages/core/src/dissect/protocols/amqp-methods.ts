/**
 * The methods of AMQP 0-9-1 and of RabbitMQ's extensions to it (https://www.rabbitmq.com/amqp-0-9-1-reference).
 */
import type { ByteReader } from '../../bytes/byte-reader.js';

/** A method in words. */
export interface AmqpMethod {
  /** `queue.declare`. */
  readonly name: string;
  /** With what matters of its arguments: `queue.declare tasks · durable`. */
  readonly summary: string;
  /** Whether header and body of a message follow. */
  readonly hasContent: boolean;
  /** Whether the other side answers it. */
  readonly isRequest: boolean;
  readonly isError: boolean;
}

const CLASSES: Readonly<Record<number, readonly [string, Readonly<Record<number, string>>]>> = {
  10: [
    'connection',
    {
      10: 'start',
      11: 'start-ok',
      20: 'secure',
      21: 'secure-ok',
      30: 'tune',
      31: 'tune-ok',
      40: 'open',
      41: 'open-ok',
      50: 'close',
      51: 'close-ok',
      60: 'blocked',
      61: 'unblocked',
      70: 'update-secret',
      71: 'update-secret-ok',
    },
  ],
  20: ['channel', { 10: 'open', 11: 'open-ok', 20: 'flow', 21: 'flow-ok', 40: 'close', 41: 'close-ok' }],
  40: [
    'exchange',
    {
      10: 'declare',
      11: 'declare-ok',
      20: 'delete',
      21: 'delete-ok',
      30: 'bind',
      31: 'bind-ok',
      40: 'unbind',
      51: 'unbind-ok',
    },
  ],
  50: [
    'queue',
    {
      10: 'declare',
      11: 'declare-ok',
      20: 'bind',
      21: 'bind-ok',
      30: 'purge',
      31: 'purge-ok',
      40: 'delete',
      41: 'delete-ok',
      50: 'unbind',
      51: 'unbind-ok',
    },
  ],
  60: [
    'basic',
    {
      10: 'qos',
      11: 'qos-ok',
      20: 'consume',
      21: 'consume-ok',
      30: 'cancel',
      31: 'cancel-ok',
      40: 'publish',
      50: 'return',
      60: 'deliver',
      70: 'get',
      71: 'get-ok',
      72: 'get-empty',
      80: 'ack',
      90: 'reject',
      100: 'recover-async',
      110: 'recover',
      111: 'recover-ok',
      120: 'nack',
    },
  ],
  85: ['confirm', { 10: 'select', 11: 'select-ok' }],
  90: ['tx', { 10: 'select', 11: 'select-ok', 20: 'commit', 21: 'commit-ok', 30: 'rollback', 31: 'rollback-ok' }],
};

const WITH_CONTENT: readonly string[] = ['basic.publish', 'basic.return', 'basic.deliver', 'basic.get-ok'];
const UNANSWERED: readonly string[] = [
  'basic.publish',
  'basic.ack',
  'basic.nack',
  'basic.reject',
  'basic.recover-async',
  'connection.blocked',
  'connection.unblocked',
];
const SUCCESS = 200;
const QUEUE_FLAGS = ['passive', 'durable', 'exclusive', 'auto-delete'] as const;
const EXCHANGE_FLAGS = ['passive', 'durable', 'auto-delete', 'internal'] as const;

/** Reads a method frame; `undefined` for a method that is not known. */
export function amqpMethod(frame: ByteReader): AmqpMethod | undefined {
  const [className, methods] = CLASSES[frame.u16('class')] ?? [];
  const methodName = methods?.[frame.u16('method')];
  if (className === undefined || methodName === undefined) return undefined;
  const name = `${className}.${methodName}`;
  const { told, isError = false } = argumentsOf(name, frame);
  const isRequest = !/-(?:ok|empty)$/.test(name) && !UNANSWERED.includes(name);
  const summary = told === '' ? name : `${name} ${told}`;
  return { name, summary, hasContent: WITH_CONTENT.includes(name), isRequest, isError };
}

/** What people want to know of the arguments. The response to a challenge, which holds the password, is none of it. */
function argumentsOf(name: string, frame: ByteReader): { told: string; isError?: boolean } {
  switch (name) {
    case 'connection.start-ok':
      frame.take(frame.u32('length'), 'client properties');
      return { told: text(frame) };
    case 'connection.open':
      return { told: text(frame) };
    case 'connection.blocked':
      return { told: text(frame), isError: true };
    case 'connection.close':
    case 'channel.close': {
      const code = frame.u16('code');
      const isError = code !== SUCCESS && code !== 0;
      return isError ? { told: `${code} ${text(frame)}`, isError } : { told: '' };
    }
    case 'exchange.declare': {
      frame.u16('reserved');
      const exchange = text(frame);
      return { told: withFlags(`${exchange} ${text(frame)}`, EXCHANGE_FLAGS, frame.u8('flags')) };
    }
    case 'exchange.delete':
    case 'queue.delete':
    case 'queue.purge':
    case 'basic.consume':
    case 'basic.get':
      frame.u16('reserved');
      return { told: text(frame) };
    case 'exchange.bind':
    case 'exchange.unbind':
    case 'queue.bind':
    case 'queue.unbind': {
      frame.u16('reserved');
      const [to, from, key] = [text(frame), text(frame), text(frame)];
      return { told: `${to} ${name.endsWith('.bind') ? 'to' : 'from'} ${routeOf(from, key)}` };
    }
    case 'queue.declare': {
      frame.u16('reserved');
      const queue = text(frame);
      return { told: withFlags(queue === '' ? '(any name)' : queue, QUEUE_FLAGS, frame.u8('flags')) };
    }
    case 'queue.declare-ok': {
      const queue = text(frame);
      const [messages, consumers] = [frame.u32('messages'), frame.u32('consumers')];
      return { told: `${queue} · ${messages} messages, ${consumers} consumers` };
    }
    case 'basic.publish':
      frame.u16('reserved');
      return { told: `to ${routeOf(text(frame), text(frame))}` };
    case 'basic.return':
      return { told: `${frame.u16('code')} ${text(frame)} · to ${routeOf(text(frame), text(frame))}`, isError: true };
    case 'basic.deliver':
      text(frame);
      return { told: delivery(frame) };
    case 'basic.get-ok':
      return { told: delivery(frame) };
    case 'basic.ack':
    case 'basic.nack':
    case 'basic.reject':
      return { told: `${frame.u64('delivery tag')}`, isError: name !== 'basic.ack' };
    default:
      return { told: '' };
  }
}

function delivery(frame: ByteReader): string {
  const tag = frame.u64('delivery tag');
  const isAgain = (frame.u8('redelivered') & 1) !== 0;
  return `${tag} from ${routeOf(text(frame), text(frame))}${isAgain ? ' · again' : ''}`;
}

/** The exchange without a name brings a message to the queue that the key names. */
function routeOf(exchange: string, key: string): string {
  if (exchange === '') return `queue ${key}`;
  return key === '' ? `exchange ${exchange}` : `exchange ${exchange}, key ${key}`;
}

function withFlags(what: string, names: readonly string[], bits: number): string {
  return [what, ...names.filter((_name, bit) => (bits & (1 << bit)) !== 0)].join(' · ');
}

/** Text with its length before it, in one byte. */
function text(frame: ByteReader): string {
  return Buffer.from(frame.take(frame.u8('length'), 'text')).toString('utf8');
}
