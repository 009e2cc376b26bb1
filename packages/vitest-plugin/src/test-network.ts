/** Gives one attempt of one test its network: opens the scope, watches the outcome, ends the scope, attaches what is left. */

import { type Artifact, appendNote, currentScope, type Outcome, type TestScope } from '@socket-wrapper/core';
import { openScope, type ProgramNetwork } from '@socket-wrapper/preload';
import type { TestContext } from 'vitest';
import { attachCapture } from './annotation.js';
import { endScope } from './end-scope.js';
import { type NetworkDefaults, withDefaults } from './options.js';
import { watchOutcome } from './outcome.js';
import { projectOf } from './project.js';
import { nextAttempt, originOf, setOrigin } from './registry.js';

/** The part of a test's context that an attempt needs. */
export type AttemptContext = Pick<TestContext, 'task' | 'annotate'>;

/** A scope for the attempt of `context.task` that is beginning, and the function that ends it. */
export function openAttempt(
  context: AttemptContext,
  options: NetworkDefaults,
): { scope: TestScope<ProgramNetwork>; end: () => Promise<void> } {
  const { task } = context;
  const outer = currentScope();
  const origin = originOf(outer);
  // A useNetwork() with options inside another one: the same attempt, with another network.
  const attempt = outer !== undefined && origin?.task === task ? outer.identity.attempt : nextAttempt(task);
  const result = watchOutcome(task);

  const line = task.location && { line: task.location.line };
  const identity = { file: task.file.filepath, fullName: task.fullTestName, ...projectOf(task), attempt, ...line };
  const allOptions = { ...withDefaults(origin?.options ?? {}), ...options };
  const scope = openScope(identity, allOptions);
  setOrigin(scope, { task, options: allOptions });

  const end = async () => {
    const { outcome, ...details } = result();
    const { artifact, leaks } = await endScope(scope, outcome, details);
    if (artifact !== undefined) await report(artifact, outcome);
    if (leaks !== undefined) throw leaks;
  };
  const report = async (artifact: Artifact, outcome: Outcome) => {
    const newestError = task.result?.errors?.at(-1);
    // By now Vitest's errors are plain data on their way to the reporters, so this is what all of them print.
    if (outcome === 'failed' && newestError !== undefined) appendNote(newestError, artifact);
    await attachCapture(context, artifact, attempt);
  };
  return { scope, end };
}

/**
 * The scope whose network is shared by what asks for one with `options`: the plugin's, a suite's or that of an enclosing
 * `useNetwork()`; `undefined` where none is open, and where `options` ask for something else.
 */
export function sharedScope(options: NetworkDefaults): TestScope | undefined {
  return Object.keys(options).length === 0 ? currentScope() : undefined;
}

/** Runs the attempt `run` of the test `context.task` with a network, that of {@link sharedScope} or one of its own. */
export async function runAttempt(
  run: () => Promise<void>,
  context: AttemptContext,
  options: NetworkDefaults,
): Promise<void> {
  if (sharedScope(options) !== undefined) return run();

  const { scope, end } = openAttempt(context, options);
  try {
    await scope.run(run);
  } finally {
    await end();
  }
}
