// amqplib: a RabbitMQ that all tests of the file share, for it takes seconds to start.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChannelModel, connect } from 'amqplib';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type ProgramHost, useNetwork } from 'vitest-plugin-socket-wrapper';
import { needs } from './databases.js';

/** The program itself: the command that Debian installs becomes another user first. */
const RABBITMQ = '/usr/lib/rabbitmq/bin/rabbitmq-server';
/** A machine with much else to do takes it a while. */
const STARTS_WITHIN_MS = 120_000;

const network = useNetwork({ scope: 'suite' });

beforeAll(async () => {
  if (existsSync(RABBITMQ)) await startRabbitMq(network.host('queue'));
}, STARTS_WITHIN_MS);

beforeEach((context) => needs([RABBITMQ], context));

/** RabbitMQ on port 5672, with the user `guest`. Erlang finds it by the name server epmd, which is on the host as well. */
async function startRabbitMq(host: ProgramHost): Promise<void> {
  const folder = join(host.network.directory, `rabbitmq-${host.name}`);
  mkdirSync(folder);
  const files = { config: join(folder, 'rabbitmq.conf'), plugins: join(folder, 'enabled_plugins') };
  writeFileSync(files.config, 'loopback_users = none\n');
  writeFileSync(files.plugins, '[].');
  const env = {
    HOME: folder, // The secret of its cluster is there.
    RABBITMQ_NODENAME: `rabbit@${host.name}`,
    RABBITMQ_MNESIA_BASE: folder,
    RABBITMQ_LOG_BASE: folder,
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_LOGS: '-',
    RABBITMQ_CONFIG_FILE: files.config,
    RABBITMQ_ENABLED_PLUGINS_FILE: files.plugins,
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
  };
  await host.spawn(RABBITMQ, [], { listening: 5672, timeoutMs: STARTS_WITHIN_MS, env });
}

/** A connection to the RabbitMQ on the host `queue`, closed with the test. */
async function connection(): Promise<ChannelModel> {
  const made = await connect('amqp://queue');
  let isOpen = true;
  made.once('close', () => {
    isOpen = false;
  });
  onTestFinished(() => (isOpen ? made.close() : undefined));
  return made;
}

test('what one host hands in, another one works on', async () => {
  const shop = await network.host('shop').within(connection);
  const orders = await shop.createConfirmChannel();
  await orders.assertQueue('orders');
  orders.sendToQueue('orders', Buffer.from('7 books'));
  await orders.waitForConfirms();

  const depot = await network.host('depot').within(connection);
  const channel = await depot.createChannel();
  const work = await new Promise<string>((resolve) =>
    channel.consume('orders', (message) => resolve(String(message?.content)), { noAck: true }),
  );
  expect(work).toBe('7 books');
});

test('work that nobody has confirmed goes to the next one when its connection is closed', async () => {
  const first = await connection();
  const channel = await first.createChannel();
  await channel.assertQueue('wishes');
  channel.sendToQueue('wishes', Buffer.from('tea'));
  await new Promise((resolve) => channel.consume('wishes', resolve));
  await first.close();

  const second = await (await connection()).createChannel();
  const redelivered = await new Promise((resolve) =>
    second.consume('wishes', (message) => resolve(message?.fields.redelivered), { noAck: true }),
  );
  expect(redelivered).toBe(true);
});
