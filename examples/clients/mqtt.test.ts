// mqtt: sensors on hosts of their own, and the last will of one whose power is cut.

import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import mqtt, { type MqttClient } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { useNetwork } from 'vitest-plugin-socket-wrapper';
import { listen } from './servers.js';

const network = useNetwork();

/** A broker on port 1883 of the host `broker`. */
async function startBroker(): Promise<void> {
  const broker = await Aedes.createBroker();
  onTestFinished(() => new Promise<void>((resolve) => broker.close(resolve)));
  await listen(createServer(broker.handle), network.host('broker'), 1883);
}

/** A client on the host of that name, once it is connected. */
async function connect(name: string) {
  const client = await network.host(name).within(() => mqtt.connectAsync('mqtt://broker'));
  onTestFinished(() => client.endAsync());
  return client;
}

function messageTo(client: MqttClient): Promise<string> {
  return new Promise((resolve) => client.once('message', (topic, payload) => resolve(`${topic}: ${payload}`)));
}

test('a heater gets what a thermometer publishes', async () => {
  await startBroker();
  const heater = await connect('heater');
  await heater.subscribeAsync('rooms/+/temperature');
  const message = messageTo(heater);
  const thermometer = await connect('thermometer');
  await thermometer.publishAsync('rooms/kitchen/temperature', '17.5', { qos: 1 });
  expect(await message).toBe('rooms/kitchen/temperature: 17.5');
});

test('the broker speaks for a sensor whose power is cut', async () => {
  await startBroker();
  const heater = await connect('heater');
  const topic = 'rooms/kitchen/thermometer';
  await heater.subscribeAsync(topic);
  const online = messageTo(heater);
  const program = `
    const will = { topic: '${topic}', payload: 'gone', qos: 1 };
    const client = require('mqtt').connect('mqtt://broker', { will });
    client.on('connect', () => client.publish('${topic}', 'here'));
  `;
  const thermometer = network
    .host('thermometer')
    .spawn(process.execPath, ['-e', program], { cwd: import.meta.dirname });
  await thermometer;
  expect(await online).toBe(`${topic}: here`);

  const offline = messageTo(heater);
  thermometer.kill('SIGKILL');
  expect(await offline).toBe(`${topic}: gone`);
});
