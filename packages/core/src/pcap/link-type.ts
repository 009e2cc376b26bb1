/**
 * What the first bytes of a packet are.
 *
 * Numbers of the registry at https://www.tcpdump.org/linktypes.html; a file may use others.
 */
export const LinkType = {
  /** BSD loopback: four bytes of address family in the byte order of the machine that captured. */
  NULL: 0,
  /** Ethernet. */
  ETHERNET: 1,
  /** An IPv4 or IPv6 packet, nothing before it. */
  RAW: 101,
  /** OpenBSD loopback: four bytes of address family, big-endian. */
  LOOP: 108,
  /** Linux "cooked" capture, what the device "any" gave for a long time. */
  LINUX_SLL: 113,
  /** An IPv4 packet. */
  IPV4: 228,
  /** An IPv6 packet. */
  IPV6: 229,
  /** Linux "cooked" capture, version 2. */
  LINUX_SLL2: 276,
} as const;
