/**
 * A fixture project in a directory of its own, in which the real command line of a test runner runs as a child process.
 *
 * Networks are made in a folder of the project, so a test can tell whether its run has left any behind.
 */

import { readdirSync, watch } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { processesOf } from './processes.js';

const CAPTURES = 'test-results/socket-wrapper';
/** What is there then is there to stay. */
const PATIENCE_MS = 3000;

/** What one run has printed and written. */
export interface Run {
  readonly exitCode: number | undefined;
  /** Both streams, as a person sees them, without colours. */
  readonly output: string;
  /** By the full name of the test. */
  readonly tests: Record<string, { status: string; messages: string[] }>;
  /** The contents of `junit.xml`; empty when no reporter has written it. */
  readonly junit: string;
}

/** A run that has not ended; it resolves when it has. */
interface Running extends PromiseLike<unknown> {
  kill(signal: NodeJS.Signals): boolean;
}

export interface Project extends AsyncDisposable {
  readonly directory: string;
  /** Runs the tests with `args` behind the runner's own. */
  run(args?: readonly string[], options?: { env?: Record<string, string> }): Promise<Run>;
  /** Starts the runner and does not wait for it. */
  start(args?: readonly string[]): Running;
  /** The captures in the output directory, sorted. */
  captures(): Promise<string[]>;
  /** The processes that live in a network of this project now. */
  processes(): Promise<string[]>;
  /** What the runs have left behind: directories of networks, and processes that live in one. */
  leftovers(): Promise<string[]>;
}

/** What a project consists of. */
export interface ProjectPlan {
  /** Folders to copy into it, one on top of the other. */
  readonly folders: readonly string[];
  /** Files to write into it. */
  readonly files?: Readonly<Record<string, string>>;
  /** What to link into its `node_modules`: the folder of each package. */
  readonly packages: Readonly<Record<string, string>>;
  /** The runner in `node_modules`, and its arguments. */
  readonly command: readonly [script: string, ...args: string[]];
  /** What has it write `report.json`, and other reports. */
  readonly reports: readonly string[];
}

/** A project that is what `plan` says. */
export async function makeFixtureProject({
  folders,
  files = {},
  packages,
  command,
  reports,
}: ProjectPlan): Promise<Project> {
  const directory = await realpath(await mkdtemp(path.join(tmpdir(), 'fixture-')));
  // Networks belong on tmpfs, and their sockets have short paths.
  const networks = await mkdtemp('/dev/shm/fixture-');
  for (const folder of folders) await cp(folder, directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(directory, name), text);
  for (const [name, folder] of Object.entries(packages)) await link(directory, name, folder);

  const environment = { ...withoutRunner(process.env), NETWORKS: networks, NO_COLOR: '1' };
  const [script, ...ownArgs] = command;
  const start = (args: readonly string[] = [], env = {}) =>
    execa(process.execPath, [path.join(directory, 'node_modules', script), ...ownArgs, ...args], {
      cwd: directory,
      env: { ...environment, ...env },
      extendEnv: false,
      all: true,
      reject: false,
    });
  const written = (name: string) => readFile(path.join(directory, name), 'utf8');

  return {
    directory,
    start,
    async run(args = [], { env = {} } = {}) {
      const { exitCode, all } = await start([...reports, ...args], env);
      const report = await written('report.json').catch(() => '{"testResults":[]}');
      const junit = await written('junit.xml').catch(() => '');
      return { exitCode, output: `${all}`, tests: testsOf(JSON.parse(report)), junit };
    },
    async captures() {
      const names = await readdir(path.join(directory, CAPTURES)).catch(() => []);
      return names.filter((file) => /\.pcapng(?:\.gz)?$/.test(file)).sort();
    },
    processes: () => processesOf(networks),
    async leftovers() {
      await emptied(networks);
      return [...(await readdir(networks)), ...(await processesOf(networks))];
    },
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true, force: true });
      await rm(networks, { recursive: true, force: true });
    },
  };
}

/** Resolves once nothing is in `directory`, or after a while: what a worker leaves that its runner ends, its janitor removes a moment later. */
function emptied(directory: string): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      watcher.close();
      resolve();
    };
    const look = () => {
      if (readdirSync(directory).length === 0) finish();
    };
    // Watch first, read second: nothing is missed.
    const timer = setTimeout(finish, PATIENCE_MS);
    const watcher = watch(directory, look);
    look();
  });
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
