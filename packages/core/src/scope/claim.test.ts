import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { claimName } from './claim.js';
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
      const module = new URL('../../dist/scope/claim.js', import.meta.url).href;
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
