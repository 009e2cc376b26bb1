/**
 * Makes the checksums of a raw IP packet anew after its data was changed (RFC 1071).
 */

const TCP = { protocol: 6, checksumAt: 16 } as const;
const UDP = { protocol: 17, checksumAt: 6 } as const;
const IPV4 = { minHeader: 20, protocolAt: 9, addressesAt: 12, addressesLength: 8 } as const;
const IPV6 = { header: 40, protocolAt: 6, addressesAt: 8, addressesLength: 32 } as const;

/** Sets the TCP or UDP checksum of the packet in `data`. Only IPv6 without extension headers, as the recorder writes it. */
export function renewChecksums(data: Uint8Array): void {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.byteLength < IPV4.minHeader) return;
  const isV6 = view.getUint8(0) >> 4 === 6;
  const layout = isV6 ? IPV6 : IPV4;
  const start = isV6 ? IPV6.header : (view.getUint8(0) & 0x0f) * 4;
  const protocol = view.getUint8(layout.protocolAt);
  const transport = [TCP, UDP].find((candidate) => candidate.protocol === protocol);
  if (transport === undefined || data.byteLength < start + transport.checksumAt + 2) return;
  // A UDP sender that made no checksum says so with 0, and keeps its word.
  if (transport === UDP && view.getUint16(start + UDP.checksumAt) === 0) return;

  const total = isV6 ? IPV6.header + view.getUint16(4) : view.getUint16(2);
  const end = total > start && total <= data.byteLength ? total : data.byteLength;
  view.setUint16(start + transport.checksumAt, 0);
  const addresses = sumOf(view, layout.addressesAt, layout.addressesAt + layout.addressesLength);
  const sum = addresses + protocol + (end - start) + sumOf(view, start, end);
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x1_0000);
  const checksum = ~folded & 0xffff;
  view.setUint16(start + transport.checksumAt, checksum === 0 && transport === UDP ? 0xffff : checksum);
}

function sumOf(view: DataView, start: number, end: number): number {
  let sum = 0;
  let at = start;
  for (; at + 1 < end; at += 2) sum += view.getUint16(at);
  return at < end ? sum + view.getUint8(at) * 0x100 : sum;
}
