import { describe, expect } from 'vitest';
import { makeCertificate } from '../support/certificate.js';
import { requireProgram } from '../support/programs.js';
import { expectToStop, it, lineOf } from './support/fixtures.js';

describe('openssl', () => {
  it.for(['-4', '-6'] as const)(
    'talks TLS between s_server and s_client with %s',
    async (family, { network, folder, skip }) => {
      requireProgram('openssl', { skip });
      const { key, certificate } = await makeCertificate(folder.path, 'tls');
      const tls = network.host('tls');
      const server = await tls.spawn(
        'openssl',
        ['s_server', family, '-accept', '443', '-key', key, '-cert', certificate, '-rev'],
        {
          listening: 443,
        },
      );
      const client = network
        .host('laptop')
        .spawn('openssl', [
          ...['s_client', family, '-connect', 'tls:443', '-verify_hostname', 'tls', '-verify_return_error'],
          ...['-CAfile', certificate, '-quiet', '-no_ign_eof'],
        ]);
      client.stdin.write('desserts\n');
      expect(await lineOf(client, /stressed/)).toBe('stressed');
      client.stdin.end();
      expect(await client.exited).toEqual({ exitCode: 0, signal: undefined });
      expect(server.output()).toContain('CONNECTION ESTABLISHED');
      await expectToStop(server);
    },
  );

  it('serves pages to curl over TLS', async ({ network, folder, skip }) => {
    for (const name of ['openssl', 'curl']) requireProgram(name, { skip });
    const { key, certificate } = await makeCertificate(folder.path, 'tls');
    await network
      .host('tls')
      .spawn('openssl', ['s_server', '-accept', '443', '-key', key, '-cert', certificate, '-WWW'], {
        listening: 443,
        cwd: folder.path,
      });
    await folder.write('page.txt', 'behind TLS\n');
    const { stdout } = await network
      .host('laptop')
      .run('curl', ['-sS', '--noproxy', '*', '--cacert', certificate, 'https://tls/page.txt']);
    expect(stdout).toBe('behind TLS');
  });

  it('talks DTLS over UDP', async ({ network, folder, skip }) => {
    requireProgram('openssl', { skip });
    const { key, certificate } = await makeCertificate(folder.path, 'tls');
    const server = await network
      .host('tls')
      .spawn('openssl', ['s_server', '-dtls', '-accept', '4433', '-key', key, '-cert', certificate, '-quiet'], {
        listening: { port: 4433, transport: 'udp' },
      });
    const client = network
      .host('laptop')
      .spawn('openssl', ['s_client', '-dtls', '-connect', 'tls:4433', '-CAfile', certificate, '-quiet']);
    client.stdin.write('there\n');
    expect(await lineOf(server, /^there/)).toBe('there');
    server.stdin.write('and back\n');
    expect(await lineOf(client, /^and back/)).toBe('and back');
    await expectToStop(client);
    await expectToStop(server);
  });
});
