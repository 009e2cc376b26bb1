import { join } from 'node:path';
import type { ProgramNetwork } from '../../../src/index.js';

/** Saves what was recorded as it would be kept of a test that fails now, and gives the path. */
export async function saved(network: ProgramNetwork, folder: string): Promise<string> {
  const file = join(folder, 'capture.pcapng');
  await network.capture.save(file);
  return file;
}
