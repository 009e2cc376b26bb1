// nodemailer: letters to a small mail server on port 25, without one leaving the machine.

import nodemailer from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import { expect, test } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { listen } from './servers.js';

const network = useNetwork();

interface Letter {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

/** A mail server on port 25 of the host `mail`, for the addresses of example.org. */
async function startMail(): Promise<readonly Letter[]> {
  const letters: Letter[] = [];
  const mail = network.host('mail');
  const smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    name: mail.name,
    onRcptTo({ address }, _session, accept) {
      accept(address.endsWith('@example.org') ? null : Object.assign(new Error('No such user'), { responseCode: 550 }));
    },
    onData(stream, { envelope }, accept) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        letters.push({ from, to: envelope.rcptTo.map(({ address }) => address), text: String(Buffer.concat(chunks)) });
        accept();
      });
    },
  });
  await listen(smtp.server, mail, 25);
  return letters;
}

const letter = { from: 'shop@example.org', to: 'ada@example.org', subject: 'Your order', text: 'It is on its way.' };

test('a letter arrives, with all that was written', async () => {
  const letters = await startMail();
  const { response } = await nodemailer.createTransport('smtp://mail:25').sendMail(letter);
  expect(response).toMatch(/^250 /);
  expect(letters).toMatchObject([{ from: 'shop@example.org', to: ['ada@example.org'] }]);
  expect(letters[0]?.text).toContain('Subject: Your order');
  expect(letters[0]?.text).toContain('It is on its way.');
});

test('a pool sends many letters over few connections', async () => {
  const letters = await startMail();
  const transport = nodemailer.createTransport({ host: 'mail', port: 25, pool: true, maxConnections: 2 });
  await Promise.all(Array.from({ length: 20 }, (_, n) => transport.sendMail({ ...letter, subject: `Order ${n}` })));
  transport.close();
  expect(letters).toHaveLength(20);
  expect(network.capture.conversations().filter(({ server }) => server.port === 25)).toHaveLength(2);
});

test('a letter to nobody comes back with the reason', async () => {
  const letters = await startMail();
  const sent = nodemailer.createTransport('smtp://mail:25').sendMail({ ...letter, to: 'nobody@example.com' });
  await expect(sent).rejects.toMatchObject({ code: 'EENVELOPE', responseCode: 550 });
  expect(letters).toEqual([]);
});

test('a mail server that is down refuses the connection', async () => {
  network.host('mail');
  await expect(nodemailer.createTransport('smtp://mail:25').sendMail(letter)).rejects.toMatchObject({
    code: 'ESOCKET',
    errors: [
      { code: 'ECONNREFUSED', port: 25 },
      { code: 'ECONNREFUSED', port: 25 },
    ],
  });
});
