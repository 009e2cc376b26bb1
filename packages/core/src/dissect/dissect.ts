/**
 * Takes a recorded packet apart: link, IP, and TCP, UDP or ICMP.
 */
import { CaptureError } from '../bytes/capture-error.js';
import type { Packet } from '../pcapng/packet.js';
import { type IcmpMessage, readIcmp } from './icmp.js';
import { type IpPacket, IpProtocol, readIp } from './ip.js';
import { ipPacketIn } from './link-layer.js';
import { readTcp, type TcpSegment } from './tcp.js';
import { readUdp, type UdpDatagram } from './udp.js';

/** What a packet turned out to be. */
export interface Dissection {
  /** `undefined` when it is not IP, or too damaged. */
  readonly ip?: IpPacket;
  /** `undefined` for other protocols, later fragments, and packets too damaged. */
  readonly transport?: TcpSegment | UdpDatagram | IcmpMessage;
  /** Why there is not more; `undefined` when all could be read. */
  readonly problem?: string;
}

/**
 * What `packet` is. Never throws for what a packet holds: what cannot be read is told in `problem`.
 *
 * @example
 * const { ip, transport } = dissect(packet);
 * if (transport?.protocol === 'tcp') console.log(`${ip?.source}:${transport.sourcePort}`);
 */
export function dissect(packet: Pick<Packet, 'data' | 'interface'>): Dissection {
  let ip: IpPacket | undefined;
  try {
    const bytes = ipPacketIn(packet.data, packet.interface.linkType);
    if (bytes === undefined) return { problem: 'not an IP packet' };
    ip = readIp(bytes);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return { problem: error.message };
  }
  return dissectIp(ip);
}

/** The same of an IP packet, such as one that was put together of fragments. */
export function dissectIp(ip: IpPacket): Dissection {
  try {
    const transport = transportOf(ip);
    return transport === undefined ? { ip } : { ip, transport };
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return { ip, problem: error.message };
  }
}

function transportOf({ protocol, fragment, payload, payloadLength }: IpPacket): Dissection['transport'] {
  if (fragment !== undefined && fragment.offset > 0) return undefined;
  switch (protocol) {
    case IpProtocol.TCP:
      return readTcp(payload, payloadLength);
    case IpProtocol.UDP:
      return readUdp(payload);
    case IpProtocol.ICMP:
      return readIcmp(payload, 'icmp');
    case IpProtocol.ICMPV6:
      return readIcmp(payload, 'icmpv6');
    default:
      return undefined;
  }
}
