/**
 * Reads from an ELF file what decides whether LD_PRELOAD can reach it: machine, word size, program interpreter, and whether Go
 * made it.
 *
 * Follows the "ELF Header" and "Program Header" chapters of the System V gABI. Nothing else of the file is looked at.
 */

/** Reads up to `length` bytes at `offset`; fewer only where the file ends. */
export type ByteSource = (offset: number, length: number) => Uint8Array;

/** What {@link readElf} found in the headers of an ELF file. */
export interface ElfImage {
  readonly bits: 32 | 64;
  /** As `process.arch` names it; `machine 8` and the like for a number that is not in our table. */
  readonly architecture: string;
  /** The dynamic linker that the file asks for; `undefined` for a static program, position-independent or not. */
  readonly interpreter: string | undefined;
  /** Whether Go's linker left its build ID: Go's net package makes its own system calls. */
  readonly isGo: boolean;
}

/** Bytes that begin like an ELF file and do not go on like one; reading stopped at byte `offset`. */
export class ElfError extends Error {
  static {
    ElfError.prototype.name = 'ElfError';
  }
  readonly code: 'TRUNCATED' | 'BAD_HEADER';
  readonly offset: number;
  constructor(code: 'TRUNCATED' | 'BAD_HEADER', message: string, options: ErrorOptions & { offset: number }) {
    super(message, options);
    this.code = code;
    this.offset = options.offset;
  }
}

const MAGIC = [0x7f, 0x45, 0x4c, 0x46] as const;
const IDENT_LENGTH = 16;
const PT_INTERP = 3;
const PT_NOTE = 4;
/** Notes are few and short; what is said of Go stands in the first ones. */
const MOST_OF_NOTES = 4096;
/** PATH_MAX of Linux; the kernel refuses longer interpreter names (binfmt_elf.c). */
const LONGEST_INTERPRETER = 4096;
/** PN_XNUM: the real number of program headers would not fit; the kernel does not start such files. */
const TOO_MANY_HEADERS = 0xffff;

/** Byte offsets of the fields that differ between the two classes (gABI, figures 4-3 and 5-1). */
const LAYOUTS = {
  32: { headerLength: 52, phoff: 28, phentsize: 42, phnum: 44, entryLength: 32, offset: 4, fileSize: 16 },
  64: { headerLength: 64, phoff: 32, phentsize: 54, phnum: 56, entryLength: 56, offset: 8, fileSize: 32 },
} as const;

const ARCHITECTURES: Readonly<Record<number, string>> = {
  3: 'ia32',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
  258: 'loong64',
};

/** Whether `bytes` begin with the four that every ELF file begins with. */
export function isElf(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * The facts that `read` gives about an ELF file.
 *
 * @throws {ElfError} `TRUNCATED` when a header or the interpreter's name lies behind the end of the file, `BAD_HEADER` when
 * a field has a value that no such file can have.
 */
export function readElf(read: ByteSource): ElfImage {
  const ident = exactly(read, 0, IDENT_LENGTH, 'identification');
  if (!isElf(ident)) throw badHeader(0, 'it does not begin with 7F 45 4C 46');
  const bits = choice(ident, 4, { 1: 32, 2: 64 } as const, 'class');
  const isLittleEndian = choice(ident, 5, { 1: true, 2: false } as const, 'data encoding');

  const layout = LAYOUTS[bits];
  const header = viewOf(exactly(read, 0, layout.headerLength, 'header'));
  const wide = (view: DataView, at: number) =>
    bits === 64 ? Number(view.getBigUint64(at, isLittleEndian)) : view.getUint32(at, isLittleEndian);
  const machine = header.getUint16(18, isLittleEndian);
  const count = header.getUint16(layout.phnum, isLittleEndian);
  const entryLength = header.getUint16(layout.phentsize, isLittleEndian);
  const tableOffset = wide(header, layout.phoff);
  if (count === TOO_MANY_HEADERS) throw badHeader(layout.phnum, 'it has too many program headers');
  if (count > 0 && entryLength !== layout.entryLength) {
    throw badHeader(
      layout.phentsize,
      `its program headers are ${entryLength} bytes long instead of ${layout.entryLength}`,
    );
  }

  const table = viewOf(exactly(read, tableOffset, count * entryLength, 'program headers'));
  const entries = Array.from({ length: count }, (_, index) => index * entryLength);
  const typeOf = (at: number) => table.getUint32(at, isLittleEndian);
  const isGo = entries
    .filter((at) => typeOf(at) === PT_NOTE)
    .some((at) => {
      const length = Math.min(wide(table, at + layout.fileSize), MOST_OF_NOTES);
      const offset = wide(table, at + layout.offset);
      return Number.isSafeInteger(offset + length) && hasGoNote(read(offset, length), isLittleEndian);
    });
  const entry = entries.find((at) => typeOf(at) === PT_INTERP);
  const architecture = ARCHITECTURES[machine] ?? `machine ${machine}`;
  if (entry === undefined) return { bits, architecture, interpreter: undefined, isGo };

  const length = wide(table, entry + layout.fileSize);
  const nameOffset = wide(table, entry + layout.offset);
  if (length < 2 || length > LONGEST_INTERPRETER) {
    throw badHeader(tableOffset + entry, `the name of its interpreter is ${length} bytes long`);
  }
  const interpreter = textOf(exactly(read, nameOffset, length, "interpreter's name"));
  return { bits, architecture, interpreter, isGo };
}

/** Whether one of the notes (gABI, "Note Section") is Go's build ID: owner `Go`, type 4. What is damaged ends the search. */
function hasGoNote(notes: Uint8Array, isLittleEndian: boolean): boolean {
  const view = viewOf(notes);
  const aligned = (length: number) => Math.ceil(length / 4) * 4;
  for (let at = 0; at + 12 <= notes.length; ) {
    const ownerLength = view.getUint32(at, isLittleEndian);
    const dataLength = view.getUint32(at + 4, isLittleEndian);
    const owner = textOf(notes.subarray(at + 12, at + 12 + ownerLength));
    if (owner === 'Go' && view.getUint32(at + 8, isLittleEndian) === 4) return true;
    at += 12 + aligned(ownerLength) + aligned(dataLength);
  }
  return false;
}

/** A source that reads from memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return (offset, length) => bytes.subarray(offset, offset + length);
}

function exactly(read: ByteSource, offset: number, length: number, what: string): Uint8Array {
  if (!Number.isSafeInteger(offset + length)) throw badHeader(offset, `the place of its ${what} is out of range`);
  const bytes = read(offset, length);
  if (bytes.length === length) return bytes;
  throw new ElfError(
    'TRUNCATED',
    `Cannot read the ELF ${what} at byte ${offset}: ${length} bytes are needed, the file holds ${bytes.length} more`,
    { offset },
  );
}

function choice<T>(bytes: Uint8Array, at: number, values: Readonly<Record<number, T>>, what: string): T {
  const value = values[bytes[at] ?? 0];
  if (value === undefined) throw badHeader(at, `${bytes[at]} is no ${what}`);
  return value;
}

function badHeader(offset: number, reason: string): ElfError {
  return new ElfError('BAD_HEADER', `Cannot read the ELF file at byte ${offset}: ${reason}`, { offset });
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder('utf-8').decode(end === -1 ? bytes : bytes.subarray(0, end));
}
