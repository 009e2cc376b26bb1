/** What is wrong with a capture file. */
export type CaptureErrorCode =
  /** The file does not start as a pcap or pcapng file does. */
  | 'BAD_MAGIC'
  /** A version of the format that nobody has described yet. */
  | 'UNSUPPORTED_VERSION'
  /** The file ends in the middle of a record. */
  | 'TRUNCATED'
  /** A length contradicts what it counts. */
  | 'BAD_LENGTH'
  /** A record is longer than the reader was told to accept. */
  | 'TOO_LONG'
  /** A block says something that cannot be, such as naming an interface that was never described. */
  | 'BAD_BLOCK'
  /** An option has a value that its kind cannot have. */
  | 'BAD_OPTION'
  /** The gzip wrapper around the capture is damaged. */
  | 'BAD_GZIP';

/** A capture file that cannot be read any further; reading stopped at byte `offset` of the (decompressed) file. */
export class CaptureError extends Error {
  static {
    CaptureError.prototype.name = 'CaptureError'; // Inherited, so it stays out of inspected output.
  }
  readonly code: CaptureErrorCode;
  readonly offset: number;
  constructor(code: CaptureErrorCode, message: string, options: ErrorOptions & { readonly offset: number }) {
    super(message, options);
    this.code = code;
    this.offset = options.offset;
  }
}

/** Why something cannot be written to a capture file. */
export type CaptureWriteErrorCode =
  /** A number or text does not fit in its field. */
  | 'OUT_OF_RANGE'
  /** A pcapng file must begin with a section header. */
  | 'NO_SECTION'
  /** A packet names an interface that the section has not described. */
  | 'UNKNOWN_INTERFACE'
  /** Bytes whose meaning is unknown came from a section of the other byte order and cannot be converted. */
  | 'FOREIGN_BYTE_ORDER';

/** Something that no capture file can hold; nothing of it was written. */
export class CaptureWriteError extends Error {
  static {
    CaptureWriteError.prototype.name = 'CaptureWriteError'; // Inherited, so it stays out of inspected output.
  }
  readonly code: CaptureWriteErrorCode;
  constructor(code: CaptureWriteErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
