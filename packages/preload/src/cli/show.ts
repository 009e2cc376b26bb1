import { readFile } from 'node:fs/promises';
import { CaptureError, readCapture, renderText } from '@socket-wrapper/core/pcap';
import { readOptions } from './options.js';
import { UsageError } from './usage-error.js';

/**
 * `socket-wrapper show FILE` prints the conversations of a capture.
 *
 * Of a damaged file it prints what comes before the damage, says where that is, and gives the exit code 1.
 */
export async function show(args: readonly string[]): Promise<number> {
  const { positionals } = readOptions('show', { args: [...args], allowPositionals: true, options: {} });
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) {
    throw new UsageError(`socket-wrapper show: found ${positionals.length} files, the path of one capture is needed`);
  }
  try {
    const capture = readCapture(await readFile(file), { damaged: 'keep' });
    const { isTTY, columns } = process.stdout;
    const colour = isTTY === true && !process.env.NO_COLOR;
    process.stdout.write(`${renderText(capture, { colour, ...(columns === undefined ? {} : { width: columns }) })}\n`);
    if (capture.damage === undefined) return 0;
    throw capture.damage;
  } catch (error) {
    const isExpected = error instanceof CaptureError || (error as NodeJS.ErrnoException).syscall !== undefined;
    if (!isExpected) throw error;
    process.stderr.write(`socket-wrapper show: ${file}: ${(error as Error).message}\n`);
    return 1;
  }
}
