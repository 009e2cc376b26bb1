/**
 * The `hosts` file of a network directory, in hosts(5) form. `docs/network-directory.md` is the contract.
 */
import { appendFileSync } from 'node:fs';
import { ipv4Of, ipv6Of } from '../address/ip.js';

/** The name of the file in the network directory. */
export const HOSTS_FILE = 'hosts';

/** Adds a host with one write(2), so that a reader at any moment sees complete lines. */
export function appendHost(path: string, name: string, interfaceId: number): void {
  appendFileSync(path, hostsLines(name, interfaceId), { mode: 0o600 });
}

/** The lines of one host, IPv4 first. */
function hostsLines(name: string, interfaceId: number): string {
  return `${ipv4Of(interfaceId)} ${name}\n${ipv6Of(interfaceId)} ${name}\n`;
}
