import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { keptCaptures, removeKeptCaptures } from './kept-captures.js';
import { newRunKey, runKey } from './run-key.js';

const RUN_KEY = new URL('../../dist/artifact/run-key.js', import.meta.url).href;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sw-kept-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
});

function keep(name: string, startedAt: string, { run = '1', capture = `${name}.pcapng` } = {}): void {
  writeFileSync(join(directory, `${name}.json`), JSON.stringify({ version: 1, run, capture, startedAt }));
  writeFileSync(join(directory, `${name}.pcapng`), '');
}

function keepThree(): void {
  keep('c', '2026-01-01T00:00:00.000Z');
  keep('a', '2026-01-02T00:00:00.000Z');
  keep('b', '2026-01-02T00:00:00.000Z');
  writeFileSync(join(directory, 'package.json'), '{"name":"not a sidecar"}');
  writeFileSync(join(directory, 'notes.json'), 'not JSON');
  mkdirSync(join(directory, 'folder.json'));
  writeFileSync(join(directory, 'mine.pcapng'), '');
}

describe('keptCaptures', () => {
  it('lists captures in the order of their tests and leaves other files out', () => {
    keepThree();
    expect(keptCaptures(directory)).toEqual(
      ['c', 'a', 'b'].map((name) =>
        expect.objectContaining({
          path: join(directory, `${name}.pcapng`),
          sidecarPath: join(directory, `${name}.json`),
          capture: `${name}.pcapng`,
        }),
      ),
    );
  });

  it('lists those of a run by the time it began', () => {
    keepThree();
    const since = new Date('2026-01-01T00:00:00.001Z');
    expect(keptCaptures(directory, { since }).map(({ capture }) => capture)).toEqual(['a.pcapng', 'b.pcapng']);
  });

  it('lists those of this process alone for a reporter beside which others run', () => {
    const at = '2026-01-01T00:00:00.000Z';
    const runs = { ours: newRunKey(), runner: runKey(), named: 'monday', other: '1-1', ended: '1-1/again' };
    for (const [name, run] of Object.entries(runs)) keep(name, at, { run });
    expect(keptCaptures(directory, { onlyOwn: true }).map(({ run }) => run)).toEqual([
      runs.named,
      runs.ours,
      runs.runner,
    ]);
  });

  it('finds none where there is no directory', () => {
    expect(keptCaptures(join(directory, 'absent'))).toEqual([]);
  });
});

describe('removeKeptCaptures', () => {
  it('removes captures and sidecars, and nothing else', () => {
    keepThree();
    removeKeptCaptures(directory);
    expect(readdirSync(directory).sort()).toEqual(['folder.json', 'mine.pcapng', 'notes.json', 'package.json']);
  });

  it('leaves what another run has kept that goes on, until it has ended', async () => {
    const source = `import(${JSON.stringify(RUN_KEY)}).then(({ newRunKey }) => { console.log(newRunKey()); process.stdin.resume(); })`;
    const other = spawn(process.execPath, ['-e', source], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = await once(other.stdout, 'data');
    keep('other', '2026-01-01T00:00:00.000Z', { run: String(line).trim() });
    removeKeptCaptures(directory);
    expect(readdirSync(directory).sort()).toEqual(['other.json', 'other.pcapng']);

    other.stdin.end();
    await once(other, 'close');
    removeKeptCaptures(directory);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('never removes a file of another directory', () => {
    const victim = join(directory, 'victim');
    writeFileSync(victim, '');
    mkdirSync(join(directory, 'results'));
    writeFileSync(
      join(directory, 'results', 'a.json'),
      JSON.stringify({ version: 1, run: '1', capture: '../victim', startedAt: '' }),
    );
    removeKeptCaptures(join(directory, 'results'));
    expect(readdirSync(directory).sort()).toEqual(['results', 'victim']);
  });
});
