/**
 * SMTP and LMTP (RFC 5321, RFC 2033), up to STARTTLS.
 */
import { newTlsState, type TlsState, tlsSide } from '../tls/tls.js';
import { excerptOf } from './excerpt.js';
import type { SideContext, StreamProtocol } from './protocol.js';
import { BODY_HEAD_LENGTH, ProtocolError, type Waiting } from './stream-reader.js';
import { byteCount } from './units.js';

const GREETING_CODES: readonly number[] = [220, 421, 554];
const GREETING = new RegExp(`^(?:${GREETING_CODES.join('|')})[ -]`);
const REPLY_START = /^\d{3}[ -]/;
const CLIENT_START = /^(?:EHLO|HELO|LHLO) /i;
const COMMAND = /^(?:EHLO|HELO|LHLO|MAIL|RCPT|DATA|BDAT|RSET|NOOP|QUIT|VRFY|EXPN|HELP|AUTH|STARTTLS)\b/i;
const SMTP_PORTS: readonly number[] = [25, 587, 2525, 1025];
const REPLY = /^(\d{3})(?:([ -])(.*))?$/;
const Reply = { READY: 220, AUTH_GOES_ON: 334, SEND_DATA: 354, FIRST_ERROR: 400 } as const;

/** What both sides must know of each other. */
interface Session {
  /** Commands whose answer decides how the client goes on. */
  readonly asked: string[];
  /** What the client sends next. */
  mode: 'commands' | 'waiting' | 'data' | 'auth' | 'tls';
  readonly tls: TlsState;
}

/** Mail on its way. */
export const smtp: StreamProtocol = {
  name: 'smtp',

  recognises({ client, server, serverPort }) {
    const asked = latin1(client);
    const greeting = latin1(server);
    // Behind STARTTLS the client begins anew without a greeting.
    if (CLIENT_START.test(asked)) return server.byteLength === 0 || REPLY_START.test(greeting);
    return asked === '' && GREETING.test(greeting) && (SMTP_PORTS.includes(serverPort) || /SMTP/i.test(greeting));
  },

  parsers({ client, server }, { reading }) {
    const session: Session = { asked: [], mode: 'commands', tls: newTlsState(reading?.tlsKeys) };
    return { client: commands(client, session), server: replies(server, session) };
  },
};

function* commands(context: SideContext, session: Session): Waiting<void> {
  const { input } = context;
  while (yield* input.hasMore()) {
    while (session.mode === 'waiting') {
      if (input.isOver) return;
      yield;
    }
    if (session.mode === 'tls') return yield* tlsSide(context, session.tls);
    context.begin();
    if (session.mode === 'data') {
      yield* message(context);
      session.mode = 'commands';
      continue;
    }
    const line = yield* input.line();
    if (session.mode === 'auth') {
      // What follows AUTH is a password, or proof of one.
      context.emit({ protocol: 'smtp', role: 'request', summary: '(credentials)' });
      session.mode = 'waiting';
      session.asked.push('AUTH');
      continue;
    }
    if (!COMMAND.test(line)) throw new ProtocolError(`Not a command: ${line}`);
    const verb = line.split(' ')[0]?.toUpperCase() ?? '';
    if (verb === 'BDAT') yield* input.body(Number(line.split(' ')[1] ?? 0) || 0);
    const shown = verb === 'AUTH' ? line.split(' ').slice(0, 2).join(' ') : line;
    context.emit({ protocol: 'smtp', role: 'request', summary: shown });
    session.asked.push(verb);
    if (verb === 'DATA' || verb === 'STARTTLS' || verb === 'AUTH') session.mode = 'waiting';
  }
}

function* message(context: SideContext): Waiting<void> {
  const { input } = context;
  let length = 0;
  const head: string[] = [];
  let kept = 0;
  for (;;) {
    context.draft({ protocol: 'smtp', role: 'request', summary: `message · ${byteCount(length)}` });
    const line = yield* input.line();
    if (line === '.') break;
    length += Buffer.byteLength(line) + 2;
    if (kept < BODY_HEAD_LENGTH) head.push(`${line}\r\n`);
    kept += line.length;
  }
  const body = { length, head: Buffer.from(head.join('')) };
  const summary = `message · ${byteCount(length)}`;
  context.emit({ protocol: 'smtp', role: 'request', summary, excerpt: excerptOf(body) });
}

function* replies(context: SideContext, session: Session): Waiting<void> {
  const { input } = context;
  let isFirst = true;
  while (yield* input.hasMore()) {
    context.begin();
    const first = yield* reply(context);
    let last = first;
    while (last.hasMore) last = yield* reply(context);
    const { code } = first;
    const tone = code >= Reply.FIRST_ERROR ? { tone: 'bad' as const } : {};
    const more = first.hasMore ? ' …' : '';
    context.emit({
      protocol: 'smtp',
      role: 'answer',
      summary: `${code} ${first.text}`.trim() + more,
      ...tone,
    });
    const asked = isFirst && GREETING_CODES.includes(code) ? undefined : session.asked.shift();
    isFirst = false;
    session.mode = modeBehind(asked, code, session.mode);
    if (session.mode === 'tls') return yield* tlsSide(context, session.tls);
  }
}

function* reply({ input }: SideContext): Waiting<{ code: number; text: string; hasMore: boolean }> {
  const line = yield* input.line();
  const [, code, separator, text = ''] = REPLY.exec(line) ?? [];
  if (code === undefined) throw new ProtocolError(`Not a reply: ${line}`);
  return { code: Number(code), text, hasMore: separator === '-' };
}

function modeBehind(asked: string | undefined, code: number, mode: Session['mode']): Session['mode'] {
  if (mode !== 'waiting') return mode;
  if (asked === 'DATA') return code === Reply.SEND_DATA ? 'data' : 'commands';
  if (asked === 'STARTTLS') return code === Reply.READY ? 'tls' : 'commands';
  if (asked === 'AUTH') return code === Reply.AUTH_GOES_ON ? 'auth' : 'commands';
  return mode;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
