/** What a reader accepts. */
export interface ReadLimits {
  /**
   * How many bytes a record may have. A damaged length would otherwise make a reader of a stream wait for,
   * and keep, all that follows. Default 64 MiB.
   */
  readonly maxRecordLength?: number;
}

/** What `ReadLimits.maxRecordLength` is when nothing is said. */
export const DEFAULT_MAX_RECORD_LENGTH = 64 * 1024 * 1024;
