export type { RetentionMode } from '@socket-wrapper/core';
export type { ProgramHost, ProgramNetwork } from '@socket-wrapper/preload';
export type { CaptureMeta } from './annotation.js';
export { UseNetworkError, type UseNetworkErrorCode } from './errors.js';
export type { NetworkMatchers } from './matchers.js';
export type { NetworkDefaults, UseNetworkOptions } from './options.js';
export { default, type SocketWrapperOptions } from './plugin.js';
export { test } from './test.js';
export { useNetwork } from './use-network.js';
