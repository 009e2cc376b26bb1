/** The same for ECMAScript modules, where a CommonJS module's default export would be the whole module. */

export * from './index.js';
export { TestEnvironment as default } from './index.js';
