/**
 * The client/server protocol of MySQL and MariaDB (https://mariadb.com/kb/en/clientserver-protocol/).
 */
import type { ByteReader } from '../../bytes/byte-reader.js';
import { newTlsState, type TlsState, tlsSide } from '../tls/tls.js';
import { excerptOf } from './excerpt.js';
import type { MessageContent } from './message.js';
import { type Answer, MySqlAnswers } from './mysql-answers.js';
import { isLogin, isMySqlGreeting, type MySqlPacket, mysqlPacket, readerOf } from './mysql-packet.js';
import type { SideContext, StreamProtocol } from './protocol.js';
import { ProtocolError, type Waiting } from './stream-reader.js';
import { byteCount, plural } from './units.js';

/** What a client can do, as it says when it logs in. */
const Capability = {
  COMPRESS: 1 << 5,
  SSL: 1 << 11,
  DEPRECATE_EOF: 1 << 24,
  QUERY_ATTRIBUTES: 1 << 27,
} as const;
const Command = { QUIT: 0x01, QUERY: 0x03, PREPARE: 0x16, EXECUTE: 0x17, LONG_DATA: 0x18, CLOSE: 0x19 } as const;
const COMMAND_NAMES: Readonly<Record<number, string>> = {
  1: 'quit',
  2: 'use',
  4: 'list fields of',
  9: 'statistics',
  14: 'ping',
  26: 'reset statement',
  27: 'set option',
  28: 'fetch',
  31: 'reset connection',
};
const WITHOUT_ANSWER: readonly number[] = [Command.QUIT, Command.LONG_DATA, Command.CLOSE];
const WITH_TEXT: readonly number[] = [2, 4];
/** What MariaDB puts before its version, so that old replicas take it for MySQL's. */
const MARIADB_PREFIX = /^5\.5\.5-/;
const ERROR = 0xff;
const OK = 0x00;

/** What both sides must know of each other. */
interface Session {
  capabilities: number;
  isEncrypted: boolean;
  /** Commands that wait for their answers. */
  readonly commands: number[];
  readonly tls: TlsState;
}

/** MySQL and MariaDB, without compression. */
export const mysql: StreamProtocol = {
  name: 'mysql',

  // Inside TLS the client begins where it was before: with the login.
  recognises: ({ client, server }) => isMySqlGreeting(server) || isLogin(client),

  parsers({ client, server }, { reading }) {
    const tls = newTlsState(reading?.tlsKeys);
    const session: Session = { capabilities: 0, isEncrypted: false, commands: [], tls };
    return { client: asking(client, session), server: answering(server, session) };
  },
};

function* asking(context: SideContext, session: Session): Waiting<void> {
  const { input } = context;
  while (yield* input.hasMore()) {
    context.begin();
    const packet = yield* mysqlPacket(input);
    if (packet.sequence === 0) context.emit(commandContent(packet, session));
    else if (session.capabilities === 0) {
      context.emit(loginContent(packet, session));
      if (session.isEncrypted) return yield* tlsSide(context, session.tls);
    } else context.emit({ protocol: 'mysql', summary: '(credentials)' });
    if ((session.capabilities & Capability.COMPRESS) !== 0) throw new ProtocolError('The rest is compressed');
  }
}

/** `logs in as root to shop`, or the request for TLS in front of it. */
function loginContent({ body }: MySqlPacket, session: Session): MessageContent {
  const reader = readerOf(body);
  const capabilities = reader.u32('capabilities');
  const isRequestForTls = (capabilities & Capability.SSL) !== 0 && reader.remaining === LOGIN_HEAD - 4;
  if (isRequestForTls) {
    session.isEncrypted = true;
    return { protocol: 'mysql', role: 'request', summary: 'asks for TLS' };
  }
  session.capabilities = capabilities;
  reader.take(LOGIN_HEAD - 4, 'limits');
  return { protocol: 'mysql', role: 'request', summary: `logs in as ${textUntilZero(reader)}` };
}

/** Capabilities, the longest packet, a character set, and room for more. */
const LOGIN_HEAD = 32;

function commandContent({ body }: MySqlPacket, session: Session): MessageContent {
  const [command = 0] = body.head;
  const reader = readerOf(body);
  reader.take(1, 'command');
  const base = { protocol: 'mysql' } as const;
  if (WITHOUT_ANSWER.includes(command)) return { ...base, summary: silentCommand(command, reader) };
  session.commands.push(command);
  const role = 'request' as const;
  switch (command) {
    case Command.QUERY: {
      const hasAttributes = (session.capabilities & Capability.QUERY_ATTRIBUTES) !== 0;
      // None of them, in one set, as every client sends it that was not asked for more.
      if (hasAttributes && reader.take(2, 'attributes')[0] !== 0)
        return { ...base, role, summary: 'query with attributes' };
      return { ...base, role, summary: `query ${textOf(reader.rest())}` };
    }
    case Command.PREPARE:
      return { ...base, role, summary: `prepare ${textOf(reader.rest())}` };
    case Command.EXECUTE:
      return { ...base, role, summary: `execute statement ${reader.u32('statement')}` };
    default: {
      const name = COMMAND_NAMES[command] ?? `command ${command}`;
      return { ...base, role, summary: WITH_TEXT.includes(command) ? `${name} ${textUntilZero(reader)}` : name };
    }
  }
}

function silentCommand(command: number, reader: ByteReader): string {
  if (command === Command.QUIT) return 'quit';
  const statement = reader.u32('statement');
  return command === Command.CLOSE ? `close statement ${statement}` : `data for statement ${statement}`;
}

function* answering(context: SideContext, session: Session): Waiting<void> {
  const { input } = context;
  let isLoggedIn = false;
  while (!isLoggedIn) {
    if (!(yield* input.hasMore())) return;
    context.begin();
    const packet = yield* mysqlPacket(input);
    const content = loginAnswer(packet);
    isLoggedIn = packet.sequence > 0 && packet.body.head[0] === OK;
    context.emit(content);
    // Whether the client wants TLS is known when it has answered the greeting.
    while (packet.sequence === 0 && session.capabilities === 0 && !session.isEncrypted && !input.isOver) yield;
    if (session.isEncrypted) return yield* tlsSide(context, session.tls);
  }
  if ((session.capabilities & Capability.COMPRESS) !== 0) throw new ProtocolError('The rest is compressed');

  const isShort = (session.capabilities & Capability.DEPRECATE_EOF) !== 0;
  const answers = new MySqlAnswers(input, { endsWithOk: isShort });
  while (yield* input.hasMore()) {
    const command = session.commands.shift();
    if (command === undefined) throw new ProtocolError('Nobody has asked for this');
    context.begin();
    const answer = yield* answers.next(
      command === Command.PREPARE ? 'statement' : command === Command.QUERY ? 'text' : 'other',
    );
    context.emit(answerContent(answer));
  }
}

function loginAnswer({ sequence, body }: MySqlPacket): MessageContent {
  const base = { protocol: 'mysql' } as const;
  const [first] = body.head;
  if (first === ERROR) return answerContent(MySqlAnswers.errorIn(body));
  const reader = readerOf(body);
  reader.take(1, 'kind');
  if (sequence === 0) return { ...base, summary: `greeting of ${textUntilZero(reader).replace(MARIADB_PREFIX, '')}` };
  if (first === OK) return { ...base, role: 'answer', summary: 'logged in', tone: 'good' };
  return { ...base, summary: first === 0xfe ? `asks for ${textUntilZero(reader)}` : 'goes on with the login' };
}

function answerContent(answer: Answer): MessageContent {
  const base = { protocol: 'mysql', role: 'answer' } as const;
  switch (answer.kind) {
    case 'error':
      return { ...base, tone: 'bad', summary: `error ${answer.code} ${answer.message}` };
    case 'ok': {
      const { affectedRows } = answer;
      return {
        ...base,
        tone: 'good',
        summary: affectedRows === 0 ? 'OK' : `OK · ${plural(affectedRows, 'row')} changed`,
      };
    }
    case 'statement':
      return { ...base, tone: 'good', summary: `statement ${answer.id} · ${plural(answer.parameters, 'parameter')}` };
    case 'rows': {
      const { rows, columns, bytes, first } = answer;
      const summary = `${plural(rows, 'row')} of ${plural(columns, 'column')} · ${byteCount(bytes)}`;
      return { ...base, tone: 'good', summary, ...(first === undefined ? {} : { excerpt: first }) };
    }
    case 'other':
      return { ...base, summary: byteCount(answer.body.length), excerpt: excerptOf(answer.body) };
  }
}

function textUntilZero(reader: ByteReader): string {
  const bytes = reader.rest();
  const end = bytes.indexOf(0);
  return textOf(end === -1 ? bytes : bytes.subarray(0, end));
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replaceAll(/\s+/g, ' ').trim();
}
