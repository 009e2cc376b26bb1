/** Where the command finds what it runs, and leaves what it makes. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

export const LIBRARY = join(PACKAGE, 'dist/native/libsocket_wrapper.so');
export const SANDBOX_SOURCE = join(PACKAGE, 'native/test/sandbox.c');
/** Everything the command makes is in here, unless it is told otherwise. */
export const BUILD = join(PACKAGE, 'build/conformance');
export const SANDBOX = join(BUILD, 'sandbox');
/** What came from Debian, and what was built of it. Kept from run to run. */
export const CACHE = join(BUILD, 'debian');
