/**
 * Takes off what a link puts before an IP packet (https://www.tcpdump.org/linktypes.html).
 */
import { ByteReader } from '../bytes/byte-reader.js';
import { LinkType } from '../pcap/link-type.js';

/** Values of an Ethernet frame's type field (IEEE 802 numbers, IANA). */
const EtherType = { IPV4: 0x0800, IPV6: 0x86dd, VLAN: 0x8100, SERVICE_VLAN: 0x88a8 } as const;
const MAC_ADDRESSES_LENGTH = 12;
const VLAN_TAG_LENGTH = 2;
const SLL_LENGTH_BEFORE_TYPE = 14;
const SLL2_LENGTH_BEHIND_TYPE = 18;
const ADDRESS_FAMILY_LENGTH = 4;

const HAS_NO_LINK: ReadonlySet<number> = new Set([LinkType.RAW, LinkType.IPV4, LinkType.IPV6]);

/** The IP packet inside of a frame; `undefined` when it carries something else, such as ARP. */
export function ipPacketIn(frame: Uint8Array, linkType: number): Uint8Array | undefined {
  if (HAS_NO_LINK.has(linkType)) return frame;
  const reader = new ByteReader({ subject: 'frame', bytes: frame, byteOrder: 'big' });
  switch (linkType) {
    case LinkType.NULL:
    case LinkType.LOOP:
      // The family has another number on every system; the IP version tells as much.
      reader.take(ADDRESS_FAMILY_LENGTH, 'address family');
      return reader.rest();
    case LinkType.ETHERNET:
      reader.take(MAC_ADDRESSES_LENGTH, 'MAC addresses');
      return behindEtherType(reader);
    case LinkType.LINUX_SLL:
      reader.take(SLL_LENGTH_BEFORE_TYPE, 'addresses');
      return behindEtherType(reader);
    case LinkType.LINUX_SLL2: {
      const type = reader.u16('protocol');
      reader.take(SLL2_LENGTH_BEHIND_TYPE, 'addresses');
      return isIp(type) ? reader.rest() : undefined;
    }
    default:
      return undefined;
  }
}

function behindEtherType(reader: ByteReader): Uint8Array | undefined {
  let type = reader.u16('type');
  while (type === EtherType.VLAN || type === EtherType.SERVICE_VLAN) {
    reader.take(VLAN_TAG_LENGTH, 'VLAN tag');
    type = reader.u16('type');
  }
  return isIp(type) ? reader.rest() : undefined;
}

function isIp(etherType: number): boolean {
  return etherType === EtherType.IPV4 || etherType === EtherType.IPV6;
}
