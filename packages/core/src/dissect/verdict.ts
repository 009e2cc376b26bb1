import type { Packet } from '../pcapng/packet.js';

const XDP_VERDICT = 2;
const XDP_DROP = 1;

/** Whether the recorder notes that `packet` was thrown away on its way. */
export function isDropped({ options }: Pick<Packet, 'options'>): boolean {
  return options.verdicts?.some(({ kind, value }) => kind === XDP_VERDICT && isNumber(value, XDP_DROP)) ?? false;
}

/** Whether `value` is `number`, in either byte order. */
function isNumber(value: Uint8Array, number: number): boolean {
  const hasNothingElse = value.filter((byte) => byte !== 0).length === 1;
  return hasNothingElse && (value[0] === number || value.at(-1) === number);
}
