import { tls } from '../tls/tls.js';
import { amqp } from './amqp.js';
import { dnsStream } from './dns-stream.js';
import { http1 } from './http1.js';
import { http2, http2Rest } from './http2.js';
import { memcached } from './memcached.js';
import { mqtt } from './mqtt.js';
import { mysql } from './mysql.js';
import { postgres } from './postgres.js';
import type { StreamProtocol } from './protocol.js';
import { redis } from './redis.js';
import { smtp } from './smtp.js';

/** The protocols that are looked for in TCP streams; the first that recognises one has it. */
export const STREAM_PROTOCOLS: readonly StreamProtocol[] = [
  http2,
  http1,
  tls,
  redis,
  postgres,
  mysql,
  amqp,
  mqtt,
  memcached,
  smtp,
  dnsStream,
  http2Rest,
];
