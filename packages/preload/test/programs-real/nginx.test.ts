import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { allEnded, requireProgram } from '../support/programs.js';
import { expectToStop, it } from './support/fixtures.js';
import { startNginx } from './support/nginx.js';

describe('nginx', () => {
  it('hands its listeners to a new binary and goes, without a request lost', async ({ network, folder, skip }) => {
    for (const name of ['nginx', 'curl']) requireProgram(name, { skip });
    const web = network.host('web');
    const files = { 'index.html': 'hello\n' };
    // Without `daemon on`, nginx takes its parent for the old binary, and ignores the signal.
    const { program, masterPid } = await startNginx(web, folder, { name: 'web', files, isDaemon: true });
    const urls = ['http://web/', `http://[${web.ipv6}]/`];
    const answers = async () => (await network.host('laptop').run('curl', ['-sS', '--noproxy', '*', ...urls])).stdout;
    expect(await answers()).toBe('hello\nhello');
    const oldPid = await masterPid();
    const old = network.processes().filter(({ spawn }) => spawn === program.spawn);
    const listeners = () =>
      network
        .sockets()
        .filter(({ state }) => state === 'listening')
        .map(({ local, spawn }) => ({ local, spawn }));
    const before = listeners();
    expect(before.map(({ local }) => local)).toEqual([
      { address: '0.0.0.0', port: 80 },
      { address: '::', port: 80 },
    ]);

    // "Upgrading Executable on the Fly" (nginx.org, Controlling nginx)
    process.kill(oldPid, 'SIGUSR2');
    await expect.poll(async () => [0, oldPid].includes(await masterPid()), { timeout: 10_000 }).toBe(false);
    expect(await answers()).toBe('hello\nhello');
    process.kill(oldPid, 'SIGQUIT');
    await allEnded(
      old.map(({ pid }) => pid),
      5000,
    );

    expect(await answers()).toBe('hello\nhello');
    expect(listeners()).toEqual(before);
    await expectToStop(program);
  });

  it('loads its configuration again while clients are connected', async ({ network, folder, skip }) => {
    for (const name of ['nginx', 'curl']) requireProgram(name, { skip });
    const web = network.host('web');
    const first = await startNginx(web, folder, { name: 'web', files: { 'index.html': 'old\n' } });
    const fetch = async () =>
      (await network.host('laptop').run('curl', ['-sS', '--noproxy', '*', 'http://web/'])).stdout;
    expect(await fetch()).toBe('old');
    const conf = await readFile(first.configFile, 'utf8');
    await folder.write('web.conf', conf.replace('root ', 'return 200 new; root '));
    first.program.kill('SIGHUP');
    await expect.poll(fetch, { timeout: 10_000 }).toBe('new');
    await expectToStop(first.program);
  });

  it('passes requests on to another nginx by its name', async ({ network, folder, skip }) => {
    for (const name of ['nginx', 'curl']) requireProgram(name, { skip });
    const app = network.host('app');
    const { requests } = await startNginx(app, folder, { name: 'app', files: { 'index.html': 'from the app\n' } });
    const front = network.host('front');
    const server = 'location / { proxy_pass http://app/; proxy_set_header X-Real-IP $remote_addr; }';
    await startNginx(front, folder, { name: 'front', files: {}, server });
    const { stdout } = await network.host('laptop').run('curl', ['-sS', '--noproxy', '*', 'http://front/']);
    expect(stdout).toBe('from the app');
    await expect
      .poll(requests)
      .toEqual([expect.stringMatching(/^(10\.53\.57|fd00::5357:5f).* "GET \/ HTTP\/1\.0" 200$/)]);
    const [line = ''] = await requests();
    expect([front.ipv4, front.ipv6]).toContain(line.split(' ')[0]);
  });

  it('connects and is recorded although its workers become another user', async ({ network, folder, skip }) => {
    for (const name of ['nginx', 'curl']) requireProgram(name, { skip });
    if (process.geteuid?.() !== 0) skip('only root can become somebody else');
    await startNginx(network.host('app'), folder, { name: 'app', files: { 'index.html': 'from the app\n' } });
    const server = 'location / { proxy_pass http://app/; }';
    const { program } = await startNginx(network.host('front'), folder, { name: 'front', files: {}, server });
    // A worker listens as soon as it is forked, and changes its user a moment later.
    const isSomebodyElse = ({ pid }: { pid: number }) => statSync(`/proc/${pid}`).uid !== 0;
    await expect.poll(() => network.processes().filter(isSomebodyElse).length).toBe(4);
    const { stdout } = await network.host('laptop').run('curl', ['-sS', '-4', '--noproxy', '*', 'http://front/']);
    expect(stdout).toBe('from the app');
    const answered = () =>
      network.capture
        .conversations()
        .filter(({ messages }) => messages.some(({ summary }) => summary.startsWith('200 OK')));
    await network.capture.waitFor(() => answered().length === 2);
    await expectToStop(program);
  });
});
