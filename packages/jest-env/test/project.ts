/**
 * A fixture project in a directory of its own, in which the real command line of Jest runs as a child process.
 *
 * Networks are made in a folder of the project, so a test can tell whether its run has left any behind.
 */

import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { processesOf } from './processes.js';

const PACKAGE = path.join(import.meta.dirname, '..');
const FIXTURES = path.join(import.meta.dirname, 'fixtures');
const CAPTURES = 'test-results/socket-wrapper';

/** The versions of Jest that are supported, by the names under which they are installed. */
export const JESTS = ['jest', 'jest29'] as const;
export type Jest = (typeof JESTS)[number];

/** What one run of Jest has printed and written. */
export interface Run {
  readonly exitCode: number | undefined;
  /** Both streams, as a person sees them, without colours. */
  readonly output: string;
  /** By the full name of the test. */
  readonly tests: Record<string, { status: string; messages: string[] }>;
}

/** A run that has not ended; it resolves when it has. */
interface Running extends PromiseLike<unknown> {
  kill(signal: NodeJS.Signals): boolean;
}

export interface Project extends AsyncDisposable {
  readonly directory: string;
  run(args?: readonly string[], options?: { env?: Record<string, string> }): Promise<Run>;
  /** Starts Jest and does not wait for it. */
  start(args?: readonly string[]): Running;
  /** The captures in the output directory, sorted. */
  captures(): Promise<string[]>;
  /** The processes that live in a network of this project now. */
  processes(): Promise<string[]>;
  /** What the runs have left behind: directories of networks, and processes that live in one. */
  leftovers(): Promise<string[]>;
}

/** A copy of the fixture `name`, with this package and `jest` linked into its `node_modules`. */
export async function makeProject(name: string, jest: Jest): Promise<Project> {
  const directory = await realpath(await mkdtemp(path.join(tmpdir(), 'jest-env-')));
  // Networks belong on tmpfs, and their sockets have short paths.
  const networks = await mkdtemp('/dev/shm/jest-env-');
  await cp(path.join(FIXTURES, 'shared'), directory, { recursive: true });
  await cp(path.join(FIXTURES, name), directory, { recursive: true });
  await link(directory, 'jest-environment-socket-wrapper', PACKAGE);
  await link(directory, 'jest', path.join(PACKAGE, 'node_modules', jest));
  for (const dependency of ['jest-junit', 'jest-environment-node', '@jest/globals']) {
    await link(directory, dependency, path.join(PACKAGE, 'node_modules', dependency));
  }

  const environment = { ...withoutRunner(process.env), NETWORKS: networks, NO_COLOR: '1' };
  const start = (args: readonly string[] = [], env = {}) =>
    execa(process.execPath, [path.join(directory, 'node_modules/jest/bin/jest.js'), ...args], {
      cwd: directory,
      env: { ...environment, ...env },
      extendEnv: false,
      all: true,
      reject: false,
    });

  return {
    directory,
    start,
    async run(args = [], { env = {} } = {}) {
      const { exitCode, all } = await start(['--json', '--outputFile=report.json', ...args], env);
      const report = await readFile(path.join(directory, 'report.json'), 'utf8').catch(() => '{"testResults":[]}');
      return { exitCode, output: `${all}`, tests: testsOf(JSON.parse(report)) };
    },
    async captures() {
      const files = await readdir(path.join(directory, CAPTURES)).catch(() => []);
      return files.filter((file) => /\.pcapng(?:\.gz)?$/.test(file)).sort();
    },
    processes: () => processesOf(networks),
    async leftovers() {
      return [...(await readdir(networks)), ...(await processesOf(networks))];
    },
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true, force: true });
      await rm(networks, { recursive: true, force: true });
    },
  };
}

async function link(directory: string, name: string, target: string): Promise<void> {
  const place = path.join(directory, 'node_modules', name);
  await mkdir(path.dirname(place), { recursive: true });
  await symlink(await realpath(target), place);
}

/** `env` without what the runner of these tests, or a CI system around it, tells its children. */
function withoutRunner(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const isRunners =
    /^(VITEST|GITHUB_|GITLAB_|JENKINS_|NODE_ENV$|NODE_OPTIONS$|CI$|TEST$|DEV$|PROD$|MODE$|BASE_URL$|SSR$|FORCE_COLOR$)/;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isRunners.test(name)));
}

interface JsonReport {
  testResults: { assertionResults: { fullName: string; status: string; failureMessages: string[] }[] }[];
}

function testsOf({ testResults }: JsonReport): Run['tests'] {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  return Object.fromEntries(
    tests.map(({ fullName, status, failureMessages }) => [fullName, { status, messages: failureMessages }]),
  );
}
