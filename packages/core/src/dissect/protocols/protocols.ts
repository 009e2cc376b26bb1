import { http1 } from './http1.js';
import type { StreamProtocol } from './protocol.js';

/** The protocols that are looked for in TCP streams; the first that recognises one has it. */
export const STREAM_PROTOCOLS: readonly StreamProtocol[] = [http1];
