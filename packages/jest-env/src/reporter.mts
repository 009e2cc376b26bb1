/** The same for ECMAScript modules, where a CommonJS module's default export would be the whole module. */

export { SocketWrapperReporter as default } from './reporter.js';
