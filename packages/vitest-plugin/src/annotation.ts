/**
 * Attaches a capture to the test it belongs to, so that every reporter of Vitest can name it.
 *
 * Two things stand in the way, both with one synchronous answer: `annotate()` refuses a test that has failed, and it
 * takes the line from a stack frame of the test file, of which a package's hook has none.
 */

import path from 'node:path';
import type { Artifact } from '@socket-wrapper/core';
import type { TestContext } from 'vitest';
import type { TestTask } from './outcome.js';

/** What reporters find in `testCase.meta().networkCaptures`: one entry per attempt that left a capture. */
export interface CaptureMeta {
  /** Absolute path of the capture, a pcapng file. */
  readonly path: string;
  /** What it holds, such as `12 packets, 2 conversations`. */
  readonly summary: string;
  /** The last part of the conversation as text. */
  readonly text: string;
  /** 0 for the first run of the test, then one more for every retry or repeat. */
  readonly attempt: number;
}

declare module 'vitest' {
  interface TaskMeta {
    /** Captures that the attempts of this test have left behind. */
    networkCaptures?: CaptureMeta[];
  }
}

/** Vitest makes the message part of a file name, which may have 255 bytes, 41 of them for a hash and a dot. */
const MESSAGE_MAX = 180;

/** Puts `artifact` on the test: into its meta data and as an annotation of type `network` on the failing line. */
export async function attachCapture(
  { task, annotate }: Pick<TestContext, 'task' | 'annotate'>,
  artifact: Artifact,
  attempt: number,
): Promise<void> {
  const { path: file, summary, text } = artifact;
  task.meta.networkCaptures = [...(task.meta.networkCaptures ?? []), { path: file, summary, text, attempt }];

  const message = annotationMessage(artifact);
  await asIfRunning(task, () =>
    fromLine(failureLocation(task), () =>
      annotate(message, 'network', {
        path: file,
        contentType: file.endsWith('.gz') ? 'application/gzip' : 'application/x-pcapng',
      }),
    ),
  );
}

/** `Network capture (12 packets, 2 conversations): test-results/socket-wrapper/….pcapng`, cut to what Vitest can take. */
export function annotationMessage({ path: file, summary }: Pick<Artifact, 'path' | 'summary'>): string {
  const intro = `Network capture (${summary}): `;
  const shown = path.relative(process.cwd(), file);
  return intro + lastPart(shown, MESSAGE_MAX - Buffer.byteLength(intro));
}

function lastPart(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;

  const characters = [...text];
  while (Buffer.byteLength(`…${characters.join('')}`) > maxBytes) characters.shift();
  return `…${characters.join('')}`;
}

/** Runs `fn`, which must be done with `task.result.state` when it returns, while the test counts as running. */
function asIfRunning<T>(task: TestTask, fn: () => T): T {
  const result = task.result as { state: string } | undefined;
  if (result === undefined) return fn();

  const { state } = result;
  result.state = 'run';
  try {
    return fn();
  } finally {
    result.state = state;
  }
}

/** Runs `fn` so that errors it makes have `location` as their only frame. */
function fromLine<T>(location: string | undefined, fn: () => T): T {
  if (location === undefined) return fn();

  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = (error) => `${error}\n    at annotate (node:internal)\n    at ${location}`;
  try {
    return fn();
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}

/** `file:line:column` of the newest error's first frame in the test file, else of the test itself when known. */
function failureLocation(task: TestTask): string | undefined {
  const file = task.file.filepath;
  for (const error of task.result?.errors?.toReversed() ?? []) {
    const frame = error.stack?.split('\n').find((line) => line.includes(`${file}:`));
    const location = frame?.match(/((?:file:\/\/)?\/[^()]+:\d+:\d+)/)?.[1];
    if (location !== undefined) return location;
  }
  return task.location && `${file}:${task.location.line}:${task.location.column}`;
}
