import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { keptCaptures, removeKeptCaptures } from './kept-captures.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sw-kept-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
});

function keep(name: string, startedAt: string, capture = `${name}.pcapng`): void {
  writeFileSync(join(directory, `${name}.json`), JSON.stringify({ version: 1, run: '1', capture, startedAt }));
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
