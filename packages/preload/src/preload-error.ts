/** What a {@link PreloadError} is about; branch on this, not on the message. */
export type PreloadErrorCode =
  | 'PROGRAM_NOT_FOUND'
  | 'PROGRAM_NOT_EXECUTABLE'
  | 'PROGRAM_UNREADABLE'
  | 'PROGRAM_DAMAGED'
  | 'PROGRAM_STATIC'
  | 'PROGRAM_GO'
  | 'PROGRAM_OTHER_LIBC'
  | 'PROGRAM_OTHER_ARCHITECTURE'
  | 'PROGRAM_SETUID'
  | 'PROGRAM_CAPABILITIES'
  | 'INTERPRETER_NOT_FOUND'
  | 'LIBRARY_NOT_FOUND'
  | 'LIBRARY_PATH_UNUSABLE'
  | 'JANITOR_FAILED'
  | 'ATTACH_FAILED';

/**
 * A program cannot be put on a network, and has not been started: outside the library's reach it would use the real one.
 *
 * `file` is the file that stands in the way: the program, the interpreter of a script, or a file of this package.
 */
export class PreloadError extends Error {
  static {
    PreloadError.prototype.name = 'PreloadError'; // Inherited, so it stays out of inspected output.
  }
  readonly code: PreloadErrorCode;
  readonly file: string;
  constructor(code: PreloadErrorCode, message: string, options: ErrorOptions & { file: string }) {
    super(message, options);
    this.code = code;
    this.file = options.file;
  }
}
