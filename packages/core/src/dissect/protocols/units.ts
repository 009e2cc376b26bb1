/** `1 byte`, `512 bytes`, `1.5 kB`, `20 MB`: what is exact matters for small numbers only. */
export function byteCount(bytes: number): string {
  if (bytes === 1) return '1 byte';
  if (bytes < 10_000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${threeDigits(bytes / 1_000)} kB`;
  if (bytes < 1_000_000_000) return `${threeDigits(bytes / 1_000_000)} MB`;
  return `${threeDigits(bytes / 1_000_000_000)} GB`;
}

/** `1 packet`, `2 packets`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function threeDigits(number: number): string {
  return number >= 100 ? number.toFixed(0) : number.toFixed(1);
}
