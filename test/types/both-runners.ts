// Compiled by the `typecheck` script, never run: a project that has both adapters, and lets TypeScript look into all declarations.

import { network as networkOfJest } from 'jest-environment-socket-wrapper';
import { expect } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';

const network = useNetwork();
expect(network).toHaveSent('laptop', 'web:80', /GET/);
expect(network).not.toHaveConnected('web', 'db');
await expect(Promise.resolve(network)).resolves.toHaveConnected('laptop', 'web');
export const addresses: string[] = [network.testHost.ipv4, networkOfJest.testHost.ipv4];
