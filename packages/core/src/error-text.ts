import { inspect, stripVTControlCharacters } from 'node:util';

/** What `error` says, without colours: anything can be thrown, also from another realm. */
export function errorText(error: unknown): string {
  if (typeof error === 'string') return stripVTControlCharacters(error);
  const { message } = (typeof error === 'object' && error !== null ? error : {}) as { message?: unknown };
  return stripVTControlCharacters(typeof message === 'string' ? message : inspect(error));
}
