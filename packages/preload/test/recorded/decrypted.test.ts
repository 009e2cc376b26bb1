/** What was said inside of TLS, as the artifact alone tells it; Wireshark, which has no more, must find the same. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { conversationsIn, decryptedStreams, messagesOf, readCapture, tlsKeysIn } from '@socket-wrapper/core/pcap';
import { describe, expect } from 'vitest';
import type { ProgramNetwork } from '../../src/index.js';
import { canRunTshark, followedStreams } from '../native/support/tshark.js';
import { type Folder, it, lineOf } from '../programs-real/support/fixtures.js';
import { type Certificate, makeCertificate } from '../support/certificate.js';
import { requireProgram } from '../support/programs.js';
import { saved } from './support/saved.js';
import { type Exchange, saidIn } from './support/wiretap.js';

const TIMEOUT_MS = 60_000;
const hasTshark = await canRunTshark();

/** A server of mail that knows little more than STARTTLS. */
const MAIL_SERVER = `
import socket, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(*sys.argv[1:])
connection, _ = socket.create_server(('', 25)).accept()
def serve(connection, last, answer):
    with connection.makefile('rwb') as lines:
        for line in lines:
            lines.write(answer if last in line.lower() else b'250 well\\r\\n')
            lines.flush()
            if last in line.lower(): return
connection.sendall(b'220 mail ESMTP\\r\\n')
serve(connection, b'starttls', b'220 go\\r\\n')
serve(context.wrap_socket(connection, server_side=True), b'quit', b'221 bye\\r\\n')
`;
const MAIL_CLIENT = `
import smtplib, ssl, sys
mail = smtplib.SMTP('mail', 25, local_hostname='laptop')
mail.ehlo_or_helo_if_needed()
mail.esmtp_features['starttls'] = ''
mail.starttls(context=ssl.create_default_context(cafile=sys.argv[1]))
mail.ehlo()
mail.mail('a@laptop')
mail.quit()
`;

/** The conversations of a capture file, with the keys in it. */
async function conversationsOf(file: string) {
  const { packets, blocks } = readCapture(await readFile(file));
  return conversationsIn(packets, { tlsKeys: tlsKeysIn(blocks) });
}

/** What both sides of each connection said inside of TLS. */
async function decrypted(file: string): Promise<Exchange[]> {
  return (await conversationsOf(file)).map((conversation) => {
    const { inside = [] } = decryptedStreams(conversation) ?? {};
    const said = (side: 'client' | 'server') =>
      saidIn(
        Buffer.concat(inside.flatMap((event) => (event.kind === 'data' && event.from === side ? [event.bytes] : []))),
      );
    return { client: said('client'), server: said('server') };
  });
}

async function decryptedByTshark(file: string): Promise<Exchange[]> {
  return (await followedStreams(file, 'tls')).map(({ client, server }) => ({
    client: saidIn(client.data),
    server: saidIn(server.data),
  }));
}

/** What was told of what was inside of TLS. */
async function toldInside(file: string): Promise<string[]> {
  return (await conversationsOf(file))
    .flatMap(messagesOf)
    .flatMap(({ isDecrypted, from, summary }) => (isDecrypted === true ? [`${from}: ${summary}`] : []));
}

async function expectAsTshark(network: ProgramNetwork, folder: string): Promise<string> {
  const file = await saved(network, folder);
  const found = await decrypted(file);
  expect(found.every(({ client, server }) => client.bytes > 0 && server.bytes > 0)).toBe(true);
  expect(found).toEqual(await decryptedByTshark(file));
  return file;
}

/** OpenSSL's own programs do not know SSLKEYLOGFILE. */
function keyLogOf({ keyLogFile = '' }: ProgramNetwork): string[] {
  return ['-keylogfile', keyLogFile];
}

/** All of them; OpenSSL leaves out those with CCM unless told. */
const TLS_1_3_SUITES = [
  ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
  ...['TLS_AES_128_CCM_SHA256', 'TLS_AES_128_CCM_8_SHA256'],
].join(':');

/** An nginx on port 443 that serves the files of `folder`; `option` is one of OpenSSL's. */
async function nginxConfiguration(
  folder: Folder,
  { key, certificate }: Certificate,
  option = 'EncryptThenMac',
): Promise<string> {
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder.path}/${name};`,
  );
  return folder.write(
    'nginx.conf',
    `daemon off; user root; pid ${folder.path}/pid; error_log stderr; events {}
     http {
       access_log off; ${places.join(' ')}
       server {
         listen 443 ssl; ssl_protocols TLSv1.2 TLSv1.3; ssl_early_data on; ssl_ciphers ALL:@SECLEVEL=0;
         ssl_conf_command Options ${option}; ssl_conf_command Ciphersuites ${TLS_1_3_SUITES};
         ssl_certificate ${certificate}; ssl_certificate_key ${key};
         root ${folder.path};
         location /echo { return 200 "hello"; }
       }
     }`,
  );
}

describe.skipIf(!hasTshark)('what was said inside of TLS', { timeout: TIMEOUT_MS }, () => {
  it.for([
    ['1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256', 'EncryptThenMac'],
    ['1.2', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'EncryptThenMac'],
    ['1.2', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'EncryptThenMac'],
    ['1.2', 'ECDHE-ECDSA-AES128-CCM', 'EncryptThenMac'],
    ['1.2', 'ECDHE-ECDSA-AES256-CCM8', 'EncryptThenMac'],
    ['1.2', 'ECDHE-ECDSA-AES128-SHA', 'EncryptThenMac'],
    ['1.2', 'ECDHE-ECDSA-AES128-SHA256', 'EncryptThenMac'],
    ['1.2', 'ECDHE-ECDSA-AES256-SHA384', 'EncryptThenMac'],
    ['1.2', 'ECDHE-ECDSA-AES128-SHA256', '-EncryptThenMac'],
    ['1.2', 'ECDHE-ECDSA-AES256-SHA384', '-EncryptThenMac'],
    ['1.3', 'TLS_AES_128_GCM_SHA256', 'EncryptThenMac'],
    ['1.3', 'TLS_AES_256_GCM_SHA384', 'EncryptThenMac'],
    ['1.3', 'TLS_CHACHA20_POLY1305_SHA256', 'EncryptThenMac'],
    ['1.3', 'TLS_AES_128_CCM_SHA256', 'EncryptThenMac'],
    ['1.3', 'TLS_AES_128_CCM_8_SHA256', 'EncryptThenMac'],
  ] as const)('is told with version %s, %s and %s', async ([version, cipher, option], { network, folder, skip }) => {
    for (const name of ['openssl', 'curl', 'nginx']) requireProgram(name, { skip });
    const { key, certificate } = await makeCertificate(folder.path, 'web');
    await folder.write('page', 'x'.repeat(300_000));
    const configuration = await nginxConfiguration(folder, { key, certificate }, option);
    await network.host('web').spawn('nginx', ['-e', 'stderr', '-c', configuration], { listening: 443 });
    const ciphers = version === '1.2' ? '--ciphers' : '--tls13-ciphers';
    await network
      .host('laptop')
      .run('curl', [
        ...[
          '-sS',
          '--noproxy',
          '*',
          '--cacert',
          certificate,
          `--tlsv${version}`,
          '--tls-max',
          version,
          ciphers,
          version === '1.2' ? `${cipher}:@SECLEVEL=0` : cipher,
        ],
        ...['-o', '/dev/null', '-o', '/dev/null', 'https://web/page', 'https://web/echo'],
      ]);
    const file = await expectAsTshark(network, folder.path);
    expect(await toldInside(file)).toEqual([
      'client: GET /page',
      'server: 200 OK · text/plain · 300 kB',
      'client: GET /echo',
      'server: 200 OK · text/plain · 5 bytes',
    ]);
  });

  it('is told behind new keys of both sides', async ({ network, folder, skip }) => {
    requireProgram('openssl', { skip });
    const { key, certificate } = await makeCertificate(folder.path, 'tls');
    await network
      .host('tls')
      .spawn('openssl', ['s_server', '-accept', '443', '-key', key, '-cert', certificate, '-rev'], { listening: 443 });
    const client = network
      .host('laptop')
      .spawn('openssl', ['s_client', '-connect', 'tls:443', '-CAfile', certificate, ...keyLogOf(network)]);
    client.stdin.write('desserts\n');
    await lineOf(client, /^stressed$/);
    client.stdin.write('K\n');
    await lineOf(client, /^KEYUPDATE$/);
    client.stdin.write('drawer\n');
    await lineOf(client, /^reward$/);
    client.stdin.end();
    await client.exited;
    const file = await expectAsTshark(network, folder.path);
    const updates = (await conversationsOf(file))
      .flatMap(messagesOf)
      .filter(({ summary }) => /KeyUpdate/.test(summary));
    expect(new Set(updates.map(({ from }) => from))).toEqual(new Set(['client', 'server']));
  });

  it('is told of what a client sends before the server has answered', async ({ network, folder, skip }) => {
    for (const name of ['openssl', 'nginx']) requireProgram(name, { skip });
    const { key, certificate } = await makeCertificate(folder.path, 'tls');
    const configuration = await nginxConfiguration(folder, { key, certificate });
    await network.host('tls').spawn('nginx', ['-e', 'stderr', '-c', configuration], { listening: 443 });
    const session = join(folder.path, 'session.pem');
    const question = await folder.write('question', 'GET /echo?early HTTP/1.1\r\nHost: tls\r\n\r\n');
    const options = ['s_client', '-connect', 'tls:443', '-CAfile', certificate, '-ign_eof', ...keyLogOf(network)];
    const ask = (...more: string[]) =>
      network.host('laptop').run('openssl', [...options, ...more], { input: 'GET /echo HTTP/1.0\r\n\r\n' });
    await ask('-sess_out', session);
    await ask('-sess_in', session, '-early_data', question);
    const file = await saved(network, folder.path);
    expect((await decrypted(file)).map(({ client }) => client)).toEqual(
      (await decryptedByTshark(file)).map(({ client }) => client),
    );
    expect((await toldInside(file)).filter((told) => told.startsWith('client'))).toEqual([
      'client: GET /echo',
      'client: GET /echo?early',
      'client: GET /echo',
    ]);
  });

  it('is told behind STARTTLS', async ({ network, folder, skip }) => {
    for (const name of ['openssl', 'python3']) requireProgram(name, { skip });
    const { key, certificate } = await makeCertificate(folder.path, 'mail');
    await network.host('mail').spawn('python3', ['-c', MAIL_SERVER, certificate, key], { listening: 25 });
    await network.host('laptop').run('python3', ['-c', MAIL_CLIENT, certificate]);
    const file = await expectAsTshark(network, folder.path);
    expect(await toldInside(file)).toEqual([
      'client: ehlo laptop',
      'server: 250 well',
      'client: mail FROM:<a@laptop>',
      'server: 250 well',
      'client: quit',
      'server: 221 bye',
    ]);
  });
});
