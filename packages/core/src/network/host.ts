import { ipv4Of, ipv6Of } from '../address/ip.js';
import type { Network } from './network.js';

/** One machine of a network: a name, an interface and its addresses. `network.host(name)` makes it. */
export class Host {
  /** In lower case. Programs of the network resolve it. */
  readonly name: string;
  /** The last byte of the addresses, 1 to 254. */
  readonly interfaceId: number;
  /** `10.53.57.11` for interface ID 11. */
  readonly ipv4: string;
  /** `fd00::5357:5f0b` for interface ID 11. */
  readonly ipv6: string;
  /** The network the host is on. */
  readonly network: Network;

  constructor(network: Network, name: string, interfaceId: number) {
    this.network = network;
    this.name = name;
    this.interfaceId = interfaceId;
    this.ipv4 = ipv4Of(interfaceId);
    this.ipv6 = ipv6Of(interfaceId);
    // A host in a failed assertion's diff is a name and addresses, not a whole network.
    Object.defineProperty(this, 'network', { enumerable: false });
  }
}
