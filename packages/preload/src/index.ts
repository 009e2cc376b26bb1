export {
  type Artifact,
  appendNote,
  artifactNote,
  currentScope,
  Host,
  Network,
  NetworkError,
  type NetworkErrorCode,
  type NetworkOptions,
  networkHandle,
  type Outcome,
  type ProcessInfo,
  type RetentionMode,
  ScopeError,
  type ScopeErrorCode,
  type SocketAddress,
  type SocketInfo,
  type SocketState,
  type TestIdentity,
  TestScope,
} from '@socket-wrapper/core';
export { setModuleCache } from './attach/join.js';
export { LeakError } from './attach/leak-error.js';
export { type Environment, preloadEnvironment } from './environment.js';
export type { Listening, ListeningPort } from './listening.js';
export { libraryPath } from './locate-library.js';
export type { ProcessOptions } from './plan.js';
export { PreloadError, type PreloadErrorCode } from './preload-error.js';
export { SpawnedProgram, StartingProgram } from './program.js';
export { ProgramHost } from './program-host.js';
export { createNetwork, ProgramNetwork } from './program-network.js';
export type { Exit } from './program-process.js';
export type { RunOptions, RunResult } from './run.js';
export { RunError, type RunErrorCode } from './run-error.js';
export {
  assertNetworkUse,
  assertScopeOptions,
  type LeakOptions,
  type OpenScopeOptions,
  openScope,
  type WithNetworkOptions,
  withNetwork,
} from './scope.js';
export type { SpawnOptions } from './spawn.js';
export { SpawnError, type SpawnErrorCode } from './spawn-error.js';
export type { OutputLine, OutputStream } from './transcript.js';
