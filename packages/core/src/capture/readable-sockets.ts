import type { Network } from '../network/network.js';
import { NetworkError } from '../network/network-error.js';
import type { SocketInfo } from '../network/socket-info.js';

/** The sockets of a network, and why there are none when nobody can read its table: its packets are worth seeing all the same. */
export function socketsOf(network: Network): { readonly sockets: readonly SocketInfo[]; readonly loss?: string } {
  try {
    return { sockets: network.sockets() };
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return { sockets: [], loss: error.message };
  }
}
