import type { RunnerTask } from 'vitest';

/** The project that a task runs in, as part of what its artifact is called by: one file may run in several. */
export function projectOf({ file: { projectName } }: RunnerTask): { project?: string } {
  return projectName ? { project: projectName } : {};
}
