import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { requirePrograms } from '../../test/support/programs.js';

const run = promisify(execFile);
const ACTION = fileURLToPath(new URL('..', import.meta.url));
const TOKEN = ['{}', '{"scp":"Actions.ExampleScope Actions.Results:run-1:job-2"}', 'signature']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.');
const CAPTURES = 'test-results/socket-wrapper';

interface Asked {
  readonly what: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The service of GitHub, as far as an upload needs it. `answer` may say something else, once for each request. */
async function startService(answer: (what: string, count: number) => number = () => 200) {
  const asked: Asked[] = [];
  const server: Server = createServer(async (request, response) => {
    const what = `${request.method} ${request.url}`;
    asked.push({ what, headers: request.headers, body: await buffer(request) });
    response.statusCode = answer(what, asked.filter((other) => other.what === what).length);
    if (response.statusCode !== 200) return void response.end('{"msg":"no"}');
    const { port } = server.address() as AddressInfo;
    const upload = { ok: true, signed_upload_url: `http://127.0.0.1:${port}/blob?sig=secret` };
    response.end(JSON.stringify(what.endsWith('FinalizeArtifact') ? { ok: true, artifact_id: '77' } : upload));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

let job: string;
beforeEach(async () => {
  job = await mkdtemp(join(tmpdir(), 'action-'));
  await mkdir(join(job, CAPTURES), { recursive: true });
  onTestFinished(() => rm(job, { recursive: true }));
});

/** What a failed test leaves. */
async function leaveCapture(
  name: string,
  { startedAt = new Date(), ending = '.pcapng' }: { startedAt?: Date; ending?: string } = {},
): Promise<void> {
  const sidecar = {
    ...{ version: 1, run: 'r', file: 'src/web.test.ts', line: 12, fullName: 'web > serves', attempt: 1 },
    ...{ outcome: 'failed', startedAt: startedAt.toISOString(), capture: `${name}${ending}` },
    ...{ error: 'expected <1> to be <2>' },
    ...{ summary: '12 packets, 2 conversations', text: 'laptop ▶ web  GET /<users>, 100%' },
  };
  await writeFile(join(job, CAPTURES, `${name}.json`), JSON.stringify(sidecar));
  await writeFile(join(job, CAPTURES, `${name}${ending}`), `packets of ${name}`);
}

/** Runs a script of the action as a runner does. */
async function step(script: 'main.js' | 'post.js', env: Record<string, string>): Promise<string> {
  const { stdout } = await run(process.execPath, [join(ACTION, script)], {
    cwd: job,
    env: {
      PATH: process.env.PATH,
      GITHUB_STATE: join(job, 'state'),
      GITHUB_STEP_SUMMARY: join(job, 'summary'),
      ...{ GITHUB_SERVER_URL: 'https://git.example', GITHUB_REPOSITORY: 'our/project', GITHUB_RUN_ID: '5' },
      ...{ INPUT_PATH: CAPTURES, INPUT_NAME: 'network-captures', 'INPUT_RETENTION-DAYS': '0' },
      ...{ INPUT_SUMMARY: 'false', INPUT_ANNOTATIONS: 'false' },
      ...env,
    },
  });
  return stdout;
}

function post({ url, ...env }: { url: string; [variable: string]: string }): Promise<string> {
  return step('post.js', { ACTIONS_RESULTS_URL: url, ACTIONS_RUNTIME_TOKEN: TOKEN, ...env });
}

describe('the action', () => {
  it('uploads the captures with their sidecars, and links to them', async () => {
    const { asked, url } = await startService();
    await leaveCapture('a');
    await leaveCapture('b');
    await writeFile(join(job, CAPTURES, 'notes.json'), '{}');
    expect(await post({ url })).toBe('Uploaded 2 network captures as artifact network-captures (77)\n');

    const service = '/twirp/github.actions.results.api.v1.ArtifactService';
    const [created, put, finished] = asked;
    expect(asked.map(({ what }) => what)).toEqual([
      `POST ${service}/CreateArtifact`,
      'PUT /blob?sig=secret',
      `POST ${service}/FinalizeArtifact`,
    ]);
    const ids = { workflow_run_backend_id: 'run-1', workflow_job_run_backend_id: 'job-2', name: 'network-captures' };
    expect(created?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(JSON.parse(String(created?.body))).toEqual({ ...ids, version: 4 });
    expect(put?.headers).toMatchObject({ 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/zip' });
    expect(put?.headers.authorization).toBeUndefined();
    const archive = put?.body ?? Buffer.alloc(0);
    expect(JSON.parse(String(finished?.body))).toEqual({
      ...ids,
      size: String(archive.byteLength),
      hash: `sha256:${createHash('sha256').update(archive).digest('hex')}`,
    });
    expect(await readFile(join(job, 'summary'), 'utf8')).toBe(
      '2 network captures to open in Wireshark: [network-captures](https://git.example/our/project/actions/runs/5/artifacts/77)\n\n',
    );
  });

  it('makes an archive that others can read', async (context) => {
    requirePrograms(['python3'], context);
    const { asked, url } = await startService();
    await leaveCapture('größe');
    await post({ url });
    const file = join(job, 'artifact.zip');
    await writeFile(file, asked[1]?.body ?? '');
    const script = `import json, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
print(json.dumps({name: archive.read(name).decode() for name in archive.namelist()}))`;
    const { stdout } = await run('python3', ['-c', script, file]);
    expect(JSON.parse(stdout)).toEqual({
      [`${CAPTURES}/größe.pcapng`]: 'packets of größe',
      [`${CAPTURES}/größe.json`]: await readFile(join(job, CAPTURES, 'größe.json'), 'utf8'),
    });
  });

  it('uploads captures that are packed as they are', async (context) => {
    requirePrograms(['python3'], context);
    const { asked, url } = await startService();
    await leaveCapture('a', { ending: '.pcapng.gz' });
    expect(await post({ url })).toContain('Uploaded 1 network capture as');
    const file = join(job, 'artifact.zip');
    await writeFile(file, asked[1]?.body ?? '');
    const script = 'import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]).decode())';
    const { stdout } = await run('python3', ['-c', script, file, `${CAPTURES}/a.pcapng.gz`]);
    expect(stdout).toBe('packets of a\n');
  });

  it('leaves alone what was there before the step, and uploads nothing when that is all', async () => {
    const { asked, url } = await startService();
    await leaveCapture('old', { startedAt: new Date(Date.now() - 60_000) });
    await step('main.js', {});
    const [, startedAt = ''] = /startedAt<<\S+\n(\S+)\n/.exec(await readFile(join(job, 'state'), 'utf8')) ?? [];
    expect(startedAt).toMatch(/^\d{4}-/);
    expect(await post({ url, STATE_startedAt: startedAt })).toBe(`No test has left a network capture in ${CAPTURES}\n`);
    expect(asked).toEqual([]);

    await leaveCapture('new');
    await post({ url, STATE_startedAt: startedAt });
    expect(asked[1]?.body.includes('new.pcapng')).toBe(true);
    expect(asked[1]?.body.includes('old.pcapng')).toBe(false);
  });

  it('shows the traffic on the summary page and at the tests where it is asked to', async () => {
    const { asked, url } = await startService();
    await leaveCapture('a');
    const output = await post({ url, INPUT_SUMMARY: 'true', INPUT_ANNOTATIONS: 'true', 'INPUT_RETENTION-DAYS': '3' });
    expect(output).toContain(
      '::notice file=src/web.test.ts,line=12,title=Network capture of src/web.test.ts > web > serves (retry 1)' +
        '::12 packets, 2 conversations%0A%0Alaptop ▶ web  GET /<users>, 100%25\n',
    );
    expect(await readFile(join(job, 'summary'), 'utf8')).toContain(
      '<details><summary>src/web.test.ts &gt; web &gt; serves (retry 1)</summary>\n\n<pre>\nexpected &lt;1&gt; to be &lt;2&gt;\n\nlaptop ▶ web  GET /&lt;users&gt;, 100%\n</pre>',
    );
    const { expires_at } = JSON.parse(String(asked[0]?.body));
    expect(Date.parse(expires_at) - Date.now()).toBeGreaterThan(2.9 * 24 * 60 * 60 * 1000);
  });

  it('tries again when the service is at fault', async () => {
    const { asked, url } = await startService((what, count) => (what.startsWith('PUT') && count < 3 ? 503 : 200));
    await leaveCapture('a');
    expect(await post({ url })).toContain('Uploaded 1 network capture as');
    expect(asked.filter(({ what }) => what.startsWith('PUT'))).toHaveLength(3);
  });

  it.each<[string, Record<string, string>, (what: string) => number, RegExp]>([
    ['the service refuses', {}, () => 403, /CreateArtifact answered 403: /],
    ['the upload fails', {}, (what) => (what.startsWith('PUT') ? 500 : 200), /\/blob answered 500: /],
    [
      'there is no service',
      { ACTIONS_RESULTS_URL: '' },
      () => 200,
      /ACTIONS_RESULTS_URL and ACTIONS_RUNTIME_TOKEN are not set/,
    ],
    ['the token names no job', { ACTIONS_RUNTIME_TOKEN: 'a.e30.c' }, () => 200, /its scope has no Actions\.Results/],
  ])('warns and does not fail the job when %s', async (_what, env, answer, message) => {
    const { url } = await startService(answer);
    await leaveCapture('a');
    const output = await post({ url, ...env });
    expect(output).toMatch(/^::warning title=Network captures::The captures were not uploaded: /);
    expect(output).toMatch(message);
    expect(output).not.toContain('sig=secret');
  });
});
