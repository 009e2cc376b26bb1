/**
 * What a network can be told when it is made.
 */
import { OPTION, type OptionKinds } from '../options/assert-options.js';
import type { RedactPattern } from '../redact/redaction.js';
import type { RecorderLimits } from './recorder-limits.js';

/** How a network is made. */
export interface NetworkOptions {
  /** The directory to make the network's directory in. Default: `/dev/shm` if it is writable, else `os.tmpdir()`. */
  readonly parent?: string;
  /** Whether packets are recorded. Default: true. */
  readonly capture?: boolean;
  /** The host that the test itself is. Default: `test`, interface ID 10. */
  readonly testHost?: { readonly name?: string; readonly interfaceId?: number };
  /**
   * What must not be kept or shown: expressions, or their sources as text. Every character that one matches in packets,
   * output, steps and errors becomes an `x`, also inside TLS where that is told. The keys of a connection are kept only if nothing in it matched
   * and all of it was text.
   */
  readonly redact?: readonly RedactPattern[];
  /** How much of the traffic is kept. */
  readonly recorder?: RecorderLimits;
}

/** What each option of a network can be. What is in a test host, a recorder, and in expressions to redact, is looked at where it is used. */
export const NETWORK_OPTIONS: OptionKinds<NetworkOptions> = {
  parent: OPTION.path,
  capture: OPTION.flag,
  testHost: OPTION.object,
  redact: OPTION.list,
  recorder: OPTION.object,
};

/** The same of its test host. */
export const TEST_HOST_OPTIONS: OptionKinds<NonNullable<NetworkOptions['testHost']>> = {
  name: OPTION.text,
  interfaceId: { needed: 'a whole number from 1 to 254', accepts: (value) => typeof value === 'number' },
};
