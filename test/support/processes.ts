import { readdir, readFile } from 'node:fs/promises';

/** The processes, as `pid command line`, that live in a network somewhere below `directory`. */
export async function processesOf(directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      // A server that writes its title over its environment still has the network's `.state` mapped.
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1');
      const maps = await readFile(`/proc/${pid}/maps`, 'latin1');
      if (!environment.includes(`SOCKET_WRAPPER_DIR=${directory}`) && !maps.includes(`${directory}/`)) continue;
      const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8');
      found.push(`${pid} ${commandLine.replaceAll('\0', ' ').trim()}`);
    } catch (error) {
      // It ended while we looked, or is another user's.
      if (!['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return found;
}
