import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { claimName, removeEarlier } from './claim.js';
import type { Sidecar } from './sidecar.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sw-claim-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
});

function claim(run: string, marker = ''): string {
  return claimName(
    directory,
    'name',
    (name) => ({ version: 1, run, capture: `${name}.pcapng`, file: marker }) as Sidecar,
  );
}

function runOf(name: string): string {
  return JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8')).run;
}

/** The run of another process, which goes on: of the one that has started this one. */
function otherRun(): string {
  const stat = readFileSync(`/proc/${process.ppid}/stat`, 'latin1');
  return `${process.ppid}-${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
}

describe('claimName', () => {
  it('takes the name itself when it is free', () => {
    expect(claim('run')).toBe('name');
    expect(JSON.parse(readFileSync(join(directory, 'name.json'), 'utf8'))).toMatchObject({ capture: 'name.pcapng' });
  });

  it('counts up for tests of one run that have the same name', () => {
    expect([claim('run'), claim('run'), claim('run')]).toEqual(['name', 'name-2', 'name-3']);
    expect(readdirSync(directory).sort()).toEqual(['name-2.json', 'name-3.json', 'name.json']);
  });

  it('replaces what an earlier run has left, and leaves no lock behind', () => {
    claim('monday');
    expect(claim('tuesday')).toBe('name');
    expect(runOf('name')).toBe('tuesday');
    expect(readdirSync(directory)).toEqual(['name.json']);
  });

  it('leaves the name to a run that goes on in another process', () => {
    const other = otherRun();
    claim(other);
    expect(claim('here')).toBe('name-2');
    expect(runOf('name')).toBe(other);
  });

  it('replaces what a run of the same process has left that was the one before', () => {
    const run = otherRun();
    claim(`${run}/first`);
    expect(claim(`${run}/second`)).toBe('name');
  });

  it.each(['', '{"version": 1', '[]', '{"version":2,"run":"x","capture":"y"}', 'null'])(
    'leaves %j alone, which may be a claim that is being written',
    (contents) => {
      writeFileSync(join(directory, 'name.json'), contents);
      expect(claim('run')).toBe('name-2');
      expect(readFileSync(join(directory, 'name.json'), 'utf8')).toBe(contents);
    },
  );

  it('takes the next name when another process is just replacing the old one', () => {
    claim('monday');
    const digest = 'd78d1a3f'; // Of "tuesday".
    writeFileSync(join(directory, `name.json.${digest}.lock`), '');
    expect(claim('tuesday')).toBe('name-2');
  });

  it('passes on why it cannot write', () => {
    expect(() => claimName(join(directory, 'absent'), 'name', () => ({}) as Sidecar)).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
  });

  it.each(['free names', 'the names of an earlier run'])(
    'gives no name twice to the workers of one run who ask at once for %s',
    async (situation) => {
      if (situation !== 'free names') for (let count = 0; count < 20; count++) claim('monday');
      const module = new URL('../../dist/artifact/claim.js', import.meta.url).href;
      const workers = Array.from(
        { length: 4 },
        () =>
          new Worker(
            `
        const { parentPort, workerData: { module, directory } } = require('node:worker_threads');
        import(module).then(({ claimName }) => {
          parentPort.once('message', () => {
            const sidecarOf = (name) => ({ version: 1, run: 'tuesday', capture: name });
            parentPort.postMessage(Array.from({ length: 10 }, () => claimName(directory, 'name', sidecarOf)));
          });
          parentPort.postMessage('ready');
        });
      `,
            { eval: true, workerData: { module, directory } },
          ),
      );
      await Promise.all(workers.map((worker) => once(worker, 'message')));
      const answers = workers.map((worker) => once(worker, 'message') as Promise<[string[]]>);
      for (const worker of workers) worker.postMessage('go');
      const names = (await Promise.all(answers)).flatMap(([claimed]) => claimed);

      expect(new Set(names).size).toBe(40);
      expect(names.map(runOf)).toEqual(names.map(() => 'tuesday'));
      expect(readdirSync(directory).filter((entry) => entry.endsWith('.lock'))).toEqual([]);
    },
  );
});

describe('removeEarlier', () => {
  it('removes what earlier runs have left, and nothing of one that goes on in another process', () => {
    const run = otherRun();
    const sidecar = (owner: string) => JSON.stringify({ version: 1, run: owner, capture: 'c.pcapng' });
    writeFileSync(join(directory, 'name.json'), sidecar('monday'));
    writeFileSync(join(directory, 'name-2.json'), sidecar(run));
    writeFileSync(join(directory, 'name-3.json'), sidecar('tuesday'));
    removeEarlier(directory, 'name', 'wednesday');
    expect(readdirSync(directory)).toEqual(['name-2.json']);
    expect(runOf('name-2')).toBe(run);
  });
});
