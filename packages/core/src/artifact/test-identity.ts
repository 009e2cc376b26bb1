/** Which attempt of which test a scope belongs to. */
export interface TestIdentity {
  /** The test file. */
  readonly file: string;
  /** The test's name with those of the suites around it. */
  readonly fullName: string;
  /** The runner's project that it runs in, where there are several. */
  readonly project?: string;
  /** 0 for the first attempt, then 1 for the first retry, and so on. */
  readonly attempt: number;
  /** Where in the file the test is, from 1. */
  readonly line?: number;
}

/** How an attempt ended. */
export type Outcome = 'passed' | 'failed' | 'skipped';
