import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from './usage-error.js';

/**
 * What `args` mean by `config`; the first mistake in them is a {@link UsageError}.
 *
 * @throws {UsageError}
 */
export function readOptions<T extends ParseArgsConfig>(command: string, config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('ERR_PARSE_ARGS_') !== true) throw error;
    // Node goes on about "--"; its first sentence is the point.
    const found = `socket-wrapper ${command}: ${message.split('. ', 1)[0]}`;
    if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw new UsageError(found);
    const names = ['help', ...Object.keys(config.options ?? {})].map((name) => `--${name}`);
    throw new UsageError(`${found}, ${names.length === 1 ? '' : 'one of '}${names.join(', ')} is needed`);
  }
}
