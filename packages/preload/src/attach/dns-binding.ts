import type { NameRequest } from './answer-request.js';
import { nativeBinding } from './native-binding.js';
import type { Method } from './replace-method.js';

/** The native half of `dns`, which all that it exports asks in the end: what `lib/dns.js` uses of it. */
export interface DnsBinding {
  getaddrinfo: (request: NameRequest, name: string, family: number, hints: number, order: number) => number;
  getnameinfo: (request: NameRequest, address: string, port: number) => number;
  /** What a `Resolver` sends its queries by. */
  readonly ChannelWrap: { readonly prototype: Record<string, Method> };
}

/** `undefined` where Node.js does not give it. */
export function dnsBinding(): DnsBinding | undefined {
  return nativeBinding<DnsBinding>('cares_wrap', ['getaddrinfo', 'getnameinfo', 'ChannelWrap']);
}
