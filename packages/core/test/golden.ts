import { readdirSync, readFileSync } from 'node:fs';

const CAPTURES = new URL('./captures/', import.meta.url);

/** The names of the golden captures; beside each lies a `.txt` that says what it holds. */
export const GOLDEN_NAMES: readonly string[] = readdirSync(CAPTURES)
  .filter((name) => name.endsWith('.pcap') || name.endsWith('.pcapng'))
  .sort();

/** The bytes of the golden capture `name`. */
export function golden(name: string): Uint8Array {
  return Uint8Array.from(readFileSync(new URL(name, CAPTURES)));
}

/** Where the golden capture `name` lies. */
export function goldenPath(name: string): string {
  return new URL(name, CAPTURES).pathname;
}
