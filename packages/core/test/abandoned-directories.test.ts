import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Network } from '../src/index.js';
import { addProcess } from './state-file.js';

const INDEX = new URL('../dist/index.js', import.meta.url).href;

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'sw-parent-'));
  onTestFinished(() => rmSync(parent, { recursive: true }));
});

/** A process that has made a network in `parent` and waits. */
async function owner(): Promise<{ readonly child: ChildProcess; readonly directory: string }> {
  const source = `
    import { Network } from ${JSON.stringify(INDEX)};
    process.stdout.write(new Network({ parent: ${JSON.stringify(parent)} }).directory + '\\n');
    setInterval(() => {}, 60_000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  return { child, directory: String(line).trim() };
}

/** A process that was killed right after it had made its network. */
async function killedOwner(): Promise<string> {
  const { child, directory } = await owner();
  child.kill('SIGKILL');
  await once(child, 'exit');
  return directory;
}

/** Makes a network in a process that has looked for others in no directory before, and ends. */
async function makeAnother(): Promise<void> {
  const source = `import { Network } from ${JSON.stringify(INDEX)}; await new Network({ parent: ${JSON.stringify(parent)} }).dispose();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  expect(await text(child.stderr)).toBe('');
}

describe('the directory of a network whose owner was killed', () => {
  it('says who made it', () => {
    const network = new Network({ parent });
    onTestFinished(() => network.dispose());
    const [, startTime] = /\) (?:\S+ ){19}(\d+) /.exec(readFileSync('/proc/self/stat', 'utf8')) ?? [];
    expect(readFileSync(join(network.directory, '.owner'), 'utf8')).toBe(
      `${process.pid} ${startTime} ${readlinkSync('/proc/self/ns/pid')}\n`,
    );
  });

  it('is removed by the next network that is made beside it', async () => {
    const directory = await killedOwner();
    expect(existsSync(directory)).toBe(true);
    await makeAnother();
    expect(existsSync(directory)).toBe(false);
  });

  it.each<[string, (directory: string) => void]>([
    [
      'its number belongs to another process by now',
      (directory) => {
        const mark = readFileSync(join(directory, '.owner'), 'utf8');
        writeFileSync(join(directory, '.owner'), mark.replace(/^\d+/, String(process.pid)));
      },
    ],
    ['it was killed before it had filled the directory', (directory) => rmSync(join(directory, '.state'))],
  ])('is removed also when %s', async (_when, change) => {
    const directory = await killedOwner();
    change(directory);
    await makeAnother();
    expect(existsSync(directory)).toBe(false);
  });

  it.each<[string, (directory: string) => void]>([
    ['a process of it runs', (directory) => addProcess(join(directory, '.state'), 0, process.pid, 1)],
    ['its owner is in another pid namespace', (directory) => writeFileSync(join(directory, '.owner'), '1 1 pid:[1]\n')],
    ['it has no mark', (directory) => rmSync(join(directory, '.owner'))],
    ['its mark is damaged', (directory) => writeFileSync(join(directory, '.owner'), '1 1')],
    ['its table is damaged', (directory) => writeFileSync(join(directory, '.state'), 'garbage!')],
    ['others may enter it', (directory) => chmodSync(directory, 0o755)],
  ])('is left alone when %s', async (_when, change) => {
    const directory = await killedOwner();
    change(directory);
    await makeAnother();
    expect(existsSync(directory)).toBe(true);
  });

  it('is left alone while its owner runs, and so is what only looks like one', async () => {
    const { directory } = await owner();
    const other = join(parent, 'sw-cache');
    mkdirSync(other, { mode: 0o700 });
    writeFileSync(join(other, '.owner'), '999999999 1 pid:[1]\n');
    await makeAnother();
    expect([directory, other].map((path) => existsSync(path))).toEqual([true, true]);
  });
});
