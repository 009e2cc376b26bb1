import { NetworkError } from '../network-error.js';
import type { SocketInfo } from '../state/socket-info.js';
import type { Network } from './network.js';

/** The sockets of a network, and why there are none when nobody can read its table: its packets are worth seeing all the same. */
export function socketsOf(network: Network): { readonly sockets: readonly SocketInfo[]; readonly loss?: string } {
  try {
    return { sockets: network.sockets() };
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return { sockets: [], loss: error.message };
  }
}
