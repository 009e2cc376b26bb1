import { type CommonOptions, NO_OWN_OPTIONS, readOptions, writeOptions } from '../options.js';
import type { BlockCodec } from './block-codec.js';

/** Of which kind the secrets in a block are (pcapng §4.7). */
export const SecretsType = {
  /** The log that `SSLKEYLOGFILE` and `--tls-keylog` write. */
  TLS_KEY_LOG: 0x544c534b,
  SSH_KEY_LOG: 0x5353484b,
  WIREGUARD_KEY_LOG: 0x57474b4c,
  ZIGBEE_NETWORK_KEY: 0x5a4e574b,
  ZIGBEE_APS_KEY: 0x5a415053,
  OPC_UA_KEY_LOG: 0x55414b4c,
} as const;

/** Keys to decrypt the packets behind it (pcapng §4.7). */
export interface DecryptionSecretsBlock extends CommonOptions {
  readonly type: 'decryption-secrets';
  /** See `SecretsType`. */
  readonly secretsType: number;
  readonly data: Uint8Array;
}

/** Reads and writes decryption secrets blocks. */
export const decryptionSecrets: BlockCodec<DecryptionSecretsBlock> = {
  blockType: 0x0a,
  name: 'decryption secrets block',

  decode(reader) {
    const secretsType = reader.u32('secrets type');
    const data = reader.takePadded(reader.u32('secrets length'), 'secrets');
    return { type: 'decryption-secrets', secretsType, data, ...readOptions(reader, NO_OWN_OPTIONS) };
  },

  encode(block, writer) {
    writer.u32(block.secretsType, 'secrets type');
    writer.u32(block.data.byteLength, 'secrets length');
    writer.padded(block.data);
    writeOptions<CommonOptions>(block, NO_OWN_OPTIONS, writer);
  },
};
