/**
 * Puts the packets of MySQL's answers together: of a table with its columns and rows, of a prepared statement, or just one.
 */
import { CaptureError } from '../../bytes/capture-error.js';
import { mysqlPacket, packedNumber, readerOf } from './mysql-packet.js';
import { type Body, ProtocolError, type StreamReader, type Waiting } from './stream-reader.js';

/** What a server answers. */
export type Answer =
  | { readonly kind: 'ok'; readonly affectedRows: number }
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  | { readonly kind: 'statement'; readonly id: number; readonly parameters: number }
  | {
      readonly kind: 'rows';
      readonly rows: number;
      readonly columns: number;
      readonly bytes: number;
      /** The values of the first row, when they are text. */
      readonly first: string | undefined;
    }
  | { readonly kind: 'other'; readonly body: Body };

/** What was asked for: a query whose values come as text, the preparation of a statement, or something else. */
export type Question = 'text' | 'statement' | 'other';

const Kind = { OK: 0x00, FILE: 0xfb, END: 0xfe, ERROR: 0xff } as const;
const MAX_END_LENGTH = 9;
const MAX_PACKET_LENGTH = 0xff_ffff;
const MORE_RESULTS = 0x0008;
const STATE_LENGTH = 5;

/** The answers of one server. */
export class MySqlAnswers {
  readonly #input: StreamReader;
  /** Whether a table ends with an OK instead of an EOF packet, and its columns without any. */
  readonly #endsWithOk: boolean;

  constructor(input: StreamReader, { endsWithOk }: { readonly endsWithOk: boolean }) {
    this.#input = input;
    this.#endsWithOk = endsWithOk;
  }

  /** The error in a packet. */
  static errorIn(body: Body): Extract<Answer, { kind: 'error' }> {
    const reader = readerOf(body);
    reader.take(1, 'kind');
    const code = reader.u16('error');
    const text = new TextDecoder().decode(reader.rest());
    return { kind: 'error', code, message: text.startsWith('#') ? text.slice(1 + STATE_LENGTH) : text };
  }

  /** The next answer; of several, as procedures give them, the last one. */
  *next(question: Question): Waiting<Answer> {
    for (;;) {
      const { answer, hasMore } = yield* this.#one(question);
      if (!hasMore) return answer;
    }
  }

  *#one(question: Question): Waiting<{ readonly answer: Answer; readonly hasMore: boolean }> {
    const { body } = yield* mysqlPacket(this.#input);
    const [kind] = body.head;
    if (kind === Kind.ERROR) return { answer: MySqlAnswers.errorIn(body), hasMore: false };
    if (kind === Kind.OK && question === 'statement') return { answer: yield* this.#statement(body), hasMore: false };
    if (kind === Kind.OK) return okIn(body);
    if (kind === Kind.END && body.length < MAX_END_LENGTH)
      return { answer: { kind: 'ok', affectedRows: 0 }, hasMore: false };
    if (kind === Kind.FILE) throw new ProtocolError('The server asks for a file');
    const columns = columnsIn(body);
    if (columns === undefined) return { answer: { kind: 'other', body }, hasMore: false };
    return yield* this.#table(columns, question);
  }

  *#statement(body: Body): Waiting<Answer> {
    const reader = readerOf(body);
    reader.take(1, 'kind');
    const id = reader.u32('statement');
    const columns = reader.u16('columns');
    const parameters = reader.u16('parameters');
    for (const count of [parameters, columns]) {
      // Behind each list that is not empty there is an EOF packet, unless both sides have done away with those.
      const packets = count === 0 || this.#endsWithOk ? count : count + 1;
      for (let packet = 0; packet < packets; packet++) yield* mysqlPacket(this.#input);
    }
    return { kind: 'statement', id, parameters };
  }

  *#table(
    { count, areDescribed }: { readonly count: number; readonly areDescribed: boolean },
    question: Question,
  ): Waiting<{ readonly answer: Answer; readonly hasMore: boolean }> {
    const descriptions = (areDescribed ? count : 0) + (this.#endsWithOk ? 0 : 1);
    for (let packet = 0; packet < descriptions; packet++) yield* mysqlPacket(this.#input);
    let rows = 0;
    let bytes = 0;
    let first: string | undefined;
    for (;;) {
      const { body } = yield* mysqlPacket(this.#input);
      const [kind] = body.head;
      if (kind === Kind.ERROR) return { answer: MySqlAnswers.errorIn(body), hasMore: false };
      // A value that is longer than 16 MiB begins with the same byte.
      if (kind === Kind.END && body.length < (this.#endsWithOk ? MAX_PACKET_LENGTH : MAX_END_LENGTH)) {
        const answer = { kind: 'rows', rows, columns: count, bytes, first } as const;
        return { answer, hasMore: this.#endsWithOk ? okIn(body).hasMore : statusBehind(2, body) };
      }
      if (rows === 0 && question === 'text') first = valuesIn(body);
      rows += 1;
      bytes += body.length;
    }
  }
}

function okIn(body: Body): { readonly answer: Answer; readonly hasMore: boolean } {
  const reader = readerOf(body);
  reader.take(1, 'kind');
  const affectedRows = packedNumber(reader) ?? 0;
  packedNumber(reader);
  const hasMore = (reader.u16('status') & MORE_RESULTS) !== 0;
  return { answer: { kind: 'ok', affectedRows }, hasMore };
}

/** Whether others follow, as an EOF packet says behind its kind and `length` bytes. */
function statusBehind(length: number, body: Body): boolean {
  const reader = readerOf(body);
  reader.take(1 + length, 'warnings');
  return (reader.u16('status') & MORE_RESULTS) !== 0;
}

/** How many columns a table has, and whether MariaDB describes them again; `undefined` when this is no table. */
function columnsIn(body: Body): { readonly count: number; readonly areDescribed: boolean } | undefined {
  const reader = readerOf(body);
  const count = packedNumber(reader);
  if (count === undefined || reader.remaining > 1) return undefined;
  return { count, areDescribed: reader.remaining === 0 || reader.u8('description') !== 0 };
}

/** `1, "x", NULL` */
function valuesIn(body: Body): string {
  const reader = readerOf(body);
  const values: string[] = [];
  try {
    while (reader.remaining > 0) {
      const length = packedNumber(reader);
      const value = length === undefined ? undefined : new TextDecoder().decode(reader.take(length, 'value'));
      values.push(value === undefined ? 'NULL' : /^-?\d+(?:\.\d+)?$/.test(value) ? value : JSON.stringify(value));
    }
  } catch (error) {
    // Of a long row its beginning was kept.
    if (!(error instanceof CaptureError)) throw error;
    values.push('…');
  }
  return values.join(', ');
}
