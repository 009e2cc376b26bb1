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
export { libraryPath } from './native-files/locate-library.js';
export { type Environment, preloadEnvironment } from './networks/environment.js';
export { ProgramHost } from './networks/program-host.js';
export { createNetwork, ProgramNetwork } from './networks/program-network.js';
export { PreloadError, type PreloadErrorCode } from './preload-error.js';
export type { Listening, ListeningPort } from './programs/listening.js';
export type { ProcessOptions } from './programs/plan.js';
export { SpawnedProgram, StartingProgram } from './programs/program.js';
export type { Exit } from './programs/program-process.js';
export type { RunOptions, RunResult } from './programs/run.js';
export { RunError, type RunErrorCode } from './programs/run-error.js';
export type { SpawnOptions } from './programs/spawn.js';
export { SpawnError, type SpawnErrorCode } from './programs/spawn-error.js';
export type { OutputLine, OutputStream } from './programs/transcript.js';
export {
  assertNetworkUse,
  assertScopeOptions,
  type LeakOptions,
  type OpenScopeOptions,
  openScope,
  type WithNetworkOptions,
  withNetwork,
} from './scopes/scope.js';
