import { execFile } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { addonPath } from '../../src/native-files/locate-library.js';
import { makeFolder } from '../support/programs.js';

const run = promisify(execFile);

const PROGRAM = `
  const { Worker } = require('node:worker_threads');
  const attach = (path) => {
    const module = { exports: {} };
    process.dlopen(module, path);
    return module.exports.attach();
  };
  const [first, second] = process.argv.slice(1);
  console.log(attach(first));
  console.log(attach(second));
  const inWorker = \`require('node:worker_threads').parentPort.postMessage((\${attach})(\${JSON.stringify(second)}))\`;
  new Worker(inWorker, { eval: true }).on('message', console.log).on('exit', () => {
    // The worker's copy would be unloaded now, with hooks in it that the process still calls.
    require('node:net').createServer().listen(0, function () { this.close(() => console.log('still listens')); });
  });
`;

describe('two copies of the addon in one process', () => {
  it('leave the hooks to the first, in other threads too', async () => {
    await using folder = await makeFolder();
    const copy = join(folder.path, 'attach.node');
    await copyFile(addonPath(), copy);
    const { stdout } = await run(process.execPath, ['-e', PROGRAM, addonPath(), copy]);
    expect(stdout.trim().split('\n')).toEqual([addonPath(), addonPath(), addonPath(), 'still listens']);
  });
});
