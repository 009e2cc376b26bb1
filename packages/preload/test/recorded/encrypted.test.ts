/** What programs say to each other inside of TLS, as Wireshark decrypts it with nothing but the capture. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { canRunTshark, complaints, packets } from '../native/support/tshark.js';
import { it } from '../programs-real/support/fixtures.js';
import { makeCertificate } from '../support/certificate.js';
import { requireProgram } from '../support/programs.js';
import { saved } from './support/saved.js';
import { exchanges, followed } from './support/wiretap.js';

const TIMEOUT_MS = 60_000;
const SERVER = fileURLToPath(new URL('../programs/tls-hashes.mjs', import.meta.url));
const hasTshark = await canRunTshark();

describe.skipIf(!hasTshark)('the capture shows what was said inside of TLS', { timeout: TIMEOUT_MS }, () => {
  it.for(['1.2', '1.3'])('%s', async (version, { network, folder, skip }) => {
    for (const name of ['openssl', 'curl']) requireProgram(name, { skip });
    const { key, certificate } = await makeCertificate(folder.path, 'web');
    const server = await network
      .host('web')
      .spawn('node', [SERVER, '443', key, certificate, '300000'], { listening: 443 });
    const question = await folder.write('question', randomBytes(100_000).toString('base64'));
    const curl = ['-sS', '--noproxy', '*', `--tlsv${version}`, '--tls-max', version, '--cacert', certificate];
    await network
      .host('laptop')
      .run('curl', [...curl, '-H', 'Expect:', '--data-binary', `@${question}`, '-o', '/dev/null', 'https://web/']);
    const seen = await exchanges(server, 1);
    const file = await saved(network, folder.path);
    expect(await complaints(file)).toEqual([]);
    expect(await followed(file, 'tls')).toEqual(seen);
  });

  it('HTTP/2 of curl and Node.js, chosen by ALPN', async ({ network, folder, skip }) => {
    for (const name of ['openssl', 'curl']) requireProgram(name, { skip });
    const { key, certificate } = await makeCertificate(folder.path, 'web');
    const server = `
      const { readFileSync } = require('node:fs');
      const [key, cert] = process.argv.slice(1).map((file) => readFileSync(file));
      require('node:http2').createSecureServer({ key, cert }, (request, response) => response.end('found')).listen(443);
    `;
    await network.host('web').spawn('node', ['-e', server, key, certificate], { listening: 443 });
    const curl = ['-sS', '--noproxy', '*', '--http2', '--cacert', certificate, 'https://web/[1-3]'];
    const { stdout } = await network.host('laptop').run('curl', curl);
    expect(stdout).toBe('foundfoundfound');
    const file = await saved(network, folder.path);
    expect(await complaints(file)).toEqual([]);
    expect(await packets(file, 'http2.headers.path', 'http2.headers.path')).toEqual(['/1', '/2', '/3']);
  });
});
