/**
 * The one list of block types (pcapng §4): a block that is not in it is kept as an `UnknownBlock`.
 */

import type { BlockCodec } from './block-codec.js';
import { type CustomBlock, copyableCustom, privateCustom } from './custom.js';
import { type DecryptionSecretsBlock, decryptionSecrets } from './decryption-secrets.js';
import { type EnhancedPacketBlock, enhancedPacket } from './enhanced-packet.js';
import { type InterfaceDescriptionBlock, interfaceDescription } from './interface-description.js';
import { type InterfaceStatisticsBlock, interfaceStatistics } from './interface-statistics.js';
import { type NameResolutionBlock, nameResolution } from './name-resolution.js';
import { type ObsoletePacketBlock, obsoletePacket } from './obsolete-packet.js';
import { type SectionHeaderBlock, sectionHeader } from './section-header.js';
import { type SimplePacketBlock, simplePacket } from './simple-packet.js';
import { type SystemdJournalBlock, systemdJournal } from './systemd-journal.js';
import type { UnknownBlock } from './unknown.js';

/** Any block of a pcapng file. */
export type Block =
  | SectionHeaderBlock
  | InterfaceDescriptionBlock
  | EnhancedPacketBlock
  | SimplePacketBlock
  | ObsoletePacketBlock
  | NameResolutionBlock
  | InterfaceStatisticsBlock
  | DecryptionSecretsBlock
  | SystemdJournalBlock
  | CustomBlock
  | UnknownBlock;

type KnownBlock = Exclude<Block, UnknownBlock>;

const CODECS = [
  sectionHeader,
  interfaceDescription,
  enhancedPacket,
  simplePacket,
  obsoletePacket,
  nameResolution,
  interfaceStatistics,
  decryptionSecrets,
  systemdJournal,
  copyableCustom,
  privateCustom,
] as readonly BlockCodec<KnownBlock>[];

const CODEC_BY_NUMBER = new Map(CODECS.map((codec) => [codec.blockType, codec]));

const CODEC_BY_TYPE: { readonly [T in Exclude<KnownBlock['type'], 'custom'>]: { readonly blockType: number } } = {
  'section-header': sectionHeader,
  'interface-description': interfaceDescription,
  'enhanced-packet': enhancedPacket,
  'simple-packet': simplePacket,
  'obsolete-packet': obsoletePacket,
  'name-resolution': nameResolution,
  'interface-statistics': interfaceStatistics,
  'decryption-secrets': decryptionSecrets,
  'systemd-journal': systemdJournal,
};

/** How blocks with the number `blockType` are stored; `undefined` for types that are not known. */
export function codecOf(blockType: number): BlockCodec<KnownBlock> | undefined {
  return CODEC_BY_NUMBER.get(blockType);
}

/** The number that `block` begins with. */
export function blockTypeOf(block: Block): number {
  if (block.type === 'unknown') return block.blockType;
  if (block.type === 'custom') return (block.copyable ? copyableCustom : privateCustom).blockType;
  return CODEC_BY_TYPE[block.type].blockType;
}
