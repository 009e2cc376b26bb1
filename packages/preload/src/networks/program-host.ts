import { Host, scopeRegistry } from '@socket-wrapper/core';
import { attachment } from '../attach/attachment.js';
import type { StartingProgram } from '../programs/program.js';
import type { RunOptions, RunResult } from '../programs/run.js';
import { runProgram } from '../programs/run.js';
import type { SpawnOptions } from '../programs/spawn.js';
import { spawnProgram } from '../programs/spawn.js';
import type { ProgramNetwork } from './program-network.js';

/** A host that programs can be started on. */
export class ProgramHost extends Host {
  declare readonly network: ProgramNetwork;

  constructor(network: ProgramNetwork, name: string, interfaceId: number) {
    super(network, name, interfaceId);
  }

  /**
   * Starts a program on this host and lets it run.
   *
   * `await` gives the program once it listens on the ports that `listening` names, itself or through a process it started;
   * without them, once it runs. What cannot be kept on the network is never started.
   *
   * @throws {PreloadError} Why the program was not started.
   * @throws {SpawnError} `START_FAILED`, `EXITED_EARLY`, `LISTENS_ELSEWHERE`, `LISTEN_TIMEOUT`, `ABORTED`. The program has
   * been ended by then.
   * @example
   * await host.spawn('nginx', ['-c', file], { listening: [80, 443] });
   */
  spawn(file: string, args: readonly string[] = [], options: SpawnOptions = {}): StartingProgram {
    return spawnProgram(this, { file, args }, options);
  }

  /**
   * Runs a program on this host until it ends, and gives what it wrote.
   *
   * The output comes without its last line feed, and an exit code other than 0 rejects unless `reject` is false.
   *
   * @throws {PreloadError} Why the program was not started.
   * @throws {RunError} `EXITED`, `KILLED`, `TIMED_OUT`, `ABORTED`, `OUTPUT_TOO_LONG`
   * @example
   * const { stdout } = await host.run('curl', ['-s', 'http://web/']);
   */
  run(file: string, args: readonly string[] = [], options: RunOptions = {}): Promise<RunResult> {
    return runProgram(this, { file, args }, options);
  }

  /**
   * Calls `fn` as this host: the sockets that it makes, and all that it starts makes, are this host's, and so are
   * `os.hostname()` and `os.networkInterfaces()`. Gives what `fn` gives.
   *
   * @throws {PreloadError} `ATTACH_FAILED` where Node.js loads no addons.
   * @example
   * await host.within(() => fetch('http://web/')); // as seen from this host
   */
  within<T>(fn: () => T): T {
    return attachment().within(this, scopeRegistry().storage, fn);
  }
}
