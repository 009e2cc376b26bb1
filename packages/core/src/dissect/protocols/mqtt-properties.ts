/**
 * The properties of MQTT 5 (§2.2.2), of which a ladder tells two.
 */
import type { ByteReader } from '../../bytes/byte-reader.js';
import { ProtocolError } from './stream-reader.js';

/** What of a packet's properties is told. */
export interface MqttProperties {
  /** A number that stands for a topic. */
  readonly topicAlias?: number;
  /** Why, in the words of whoever sent the packet. */
  readonly reason?: string;
}

const TOPIC_ALIAS = 0x23;
const REASON_STRING = 0x1f;

const BYTES: readonly number[] = [0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2a];
const NUMBERS_16: readonly number[] = [0x13, 0x21, 0x22, TOPIC_ALIAS];
const NUMBERS_32: readonly number[] = [0x02, 0x11, 0x18, 0x27];
const TEXTS: readonly number[] = [0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1a, 0x1c, REASON_STRING];
const SUBSCRIPTION_IDENTIFIER = 0x0b;
const USER_PROPERTY = 0x26;
const MAX_NUMBER_LENGTH = 4;

/** Reads properties with the length before them. */
export function mqttProperties(reader: ByteReader): MqttProperties {
  return allProperties(reader.part(mqttNumber(() => reader.u8('length of the properties'))));
}

/** Reads properties up to the end of what `properties` reads. */
export function allProperties(properties: ByteReader): MqttProperties {
  let told: MqttProperties = {};
  while (properties.remaining > 0) {
    const id = properties.u8('property');
    if (BYTES.includes(id)) properties.u8('value');
    else if (NUMBERS_32.includes(id)) properties.u32('value');
    else if (id === SUBSCRIPTION_IDENTIFIER) mqttNumber(() => properties.u8('value'));
    else if (NUMBERS_16.includes(id)) {
      const value = properties.u16('value');
      if (id === TOPIC_ALIAS) told = { ...told, topicAlias: value };
    } else if (TEXTS.includes(id)) {
      const text = mqttText(properties);
      if (id === REASON_STRING) told = { ...told, reason: text };
    } else if (id === USER_PROPERTY) {
      mqttText(properties);
      mqttText(properties);
    } else throw new ProtocolError(`MQTT has no property ${id}`);
  }
  return told;
}

/** A number in as many bytes as it needs, seven bits in each (§1.5.5). */
export function mqttNumber(nextByte: () => number): number {
  let number = 0;
  for (let i = 0; i < MAX_NUMBER_LENGTH; i += 1) {
    const byte = nextByte();
    number += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return number;
  }
  throw new ProtocolError('No number of MQTT is this long');
}

/** Text with its length before it. */
export function mqttText(reader: ByteReader): string {
  return Buffer.from(reader.take(reader.u16('length'), 'text')).toString('utf8');
}
