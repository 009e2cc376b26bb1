/** What the flags word of a packet says (pcapng §4.3.1). */
export interface PacketFlags {
  /** Whether the interface received or sent the packet. */
  readonly direction?: 'inbound' | 'outbound';
  /** Whom it was for. */
  readonly reception?: 'unicast' | 'multicast' | 'broadcast' | 'promiscuous';
  /** How many bytes of frame check sequence end the packet. */
  readonly frameCheckLength?: number;
  /** The other bits: errors of the link layer and those reserved. */
  readonly otherBits?: number;
}

const DIRECTIONS = [undefined, 'inbound', 'outbound'] as const;
const RECEPTIONS = [undefined, 'unicast', 'multicast', 'broadcast', 'promiscuous'] as const;

const DIRECTION = { SHIFT: 0, MASK: 0b11 } as const;
const RECEPTION = { SHIFT: 2, MASK: 0b111 } as const;
const FRAME_CHECK = { SHIFT: 5, MASK: 0b1111 } as const;

/** Translates between the flags and their word of 32 bits. Values without a meaning stay in `otherBits`. */
export const packetFlags = {
  decode(word: number): PacketFlags {
    const direction = DIRECTIONS[(word >>> DIRECTION.SHIFT) & DIRECTION.MASK];
    const reception = RECEPTIONS[(word >>> RECEPTION.SHIFT) & RECEPTION.MASK];
    const frameCheckLength = (word >>> FRAME_CHECK.SHIFT) & FRAME_CHECK.MASK;
    const known: PacketFlags = {
      ...(direction === undefined ? {} : { direction }),
      ...(reception === undefined ? {} : { reception }),
      ...(frameCheckLength === 0 ? {} : { frameCheckLength }),
    };
    const otherBits = (word ^ packetFlags.encode(known)) >>> 0;
    return otherBits === 0 ? known : { ...known, otherBits };
  },

  encode({ direction, reception, frameCheckLength = 0, otherBits = 0 }: PacketFlags): number {
    const word =
      (DIRECTIONS.indexOf(direction) << DIRECTION.SHIFT) |
      (RECEPTIONS.indexOf(reception) << RECEPTION.SHIFT) |
      ((frameCheckLength & FRAME_CHECK.MASK) << FRAME_CHECK.SHIFT) |
      otherBits;
    return word >>> 0;
  },
};
