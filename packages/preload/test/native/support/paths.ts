/** Where the native tests find their sources and put what they compile. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('../../../', import.meta.url));

/** The sources of the native library. */
export const NATIVE = join(PACKAGE, 'native');

/** The C side of the tests: unit tests, fuzz targets and the sandbox. */
export const NATIVE_TESTS = join(NATIVE, 'test');

/** The plain socket programs that run bare and redirected. */
export const PROGRAMS = join(NATIVE_TESTS, 'programs');

/** What is compiled for tests; ignored by git, not published. */
export const BUILD = join(PACKAGE, 'build', 'native-test');

/** The library under test. */
export const LIBRARY = join(PACKAGE, 'dist', 'native', 'libsocket_wrapper.so');

/** Cases that the tests of both languages read. */
export const VECTORS = join(PACKAGE, '..', '..', 'test', 'vectors');
