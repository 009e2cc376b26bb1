/**
 * Uploads an artifact to the job that runs, by the service that `actions/upload-artifact` uses (version 4): the artifact is
 * announced, its archive is put to the place that the answer names, and then it is declared complete.
 */

import { createHash } from 'node:crypto';

const SERVICE = 'twirp/github.actions.results.api.v1.ArtifactService';
const VERSION = 4;
const ATTEMPTS = 3;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Uploads `archive`, a zip file, as the artifact called `name`, and gives its number.
 *
 * @param {{ name: string, archive: Buffer, retentionDays?: number }} artifact
 * @returns {Promise<string>}
 */
export async function uploadArtifact({ name, archive, retentionDays = 0 }) {
  const { ACTIONS_RESULTS_URL: url, ACTIONS_RUNTIME_TOKEN: token } = process.env;
  if (!url || !token)
    throw new Error('ACTIONS_RESULTS_URL and ACTIONS_RUNTIME_TOKEN are not set: GitHub gives them to actions');
  const service = { url: new URL(`${SERVICE}/`, url).href, token };
  const ids = backendIds(token);

  const expiry = retentionDays > 0 ? { expires_at: new Date(Date.now() + retentionDays * DAY_MS).toISOString() } : {};
  const created = await call(service, 'CreateArtifact', { ...ids, name, version: VERSION, ...expiry });
  await put(created.signed_upload_url, archive);
  const hash = `sha256:${createHash('sha256').update(archive).digest('hex')}`;
  const size = String(archive.byteLength);
  const finished = await call(service, 'FinalizeArtifact', { ...ids, name, size, hash });
  return String(finished.artifact_id);
}

/**
 * The numbers of the run and of the job, which the token names in its scope.
 *
 * @param {string} token
 */
export function backendIds(token) {
  const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString() || '{}');
  const scope = String(payload.scp ?? '')
    .split(' ')
    .find((part) => part.startsWith('Actions.Results:'));
  const [, run, job] = scope?.split(':') ?? [];
  if (!run || !job)
    throw new Error('ACTIONS_RUNTIME_TOKEN does not name a run and a job: its scope has no Actions.Results');
  return { workflow_run_backend_id: run, workflow_job_run_backend_id: job };
}

/**
 * @param {{ url: string, token: string }} service
 * @param {string} method
 * @param {object} body
 * @returns {Promise<Record<string, any>>}
 */
async function call({ url, token }, method, body) {
  const response = await attempt(`${url}${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = JSON.parse(await response.text());
  if (answer.ok !== true) throw new Error(`${method} was refused: ${JSON.stringify(answer)}`);
  return answer;
}

/**
 * @param {string} url Holds a signature, so no message may show it.
 * @param {Buffer} archive
 */
async function put(url, archive) {
  const headers = { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'application/zip' };
  await attempt(url, { method: 'PUT', headers, body: archive });
}

/**
 * A request that is repeated when the server is at fault, or cannot be reached.
 *
 * @param {string} url
 * @param {RequestInit} request
 */
async function attempt(url, request) {
  for (let count = 1; ; count++) {
    const response = await fetch(url, request).catch((error) => error);
    if (response.ok) return response;
    const isLast = count === ATTEMPTS;
    const isWorthwhile = response instanceof Error || response.status >= 500 || response.status === 429;
    if (isLast || !isWorthwhile) throw await failureOf(url, response);
  }
}

/**
 * @param {string} url
 * @param {Response | Error} response
 */
async function failureOf(url, response) {
  const { origin, pathname } = new URL(url);
  const what = `${origin}${pathname}`;
  if (response instanceof Error)
    return new Error(`${what} cannot be reached: ${response.cause?.message ?? response.message}`);
  return new Error(`${what} answered ${response.status}: ${(await response.text()).slice(0, 200)}`);
}
