/**
 * Packet captures: reading and writing pcap and pcapng, taking packets apart, telling conversations as text.
 */

export type { ByteOrder } from './bytes/byte-order.js';
export type { ByteSource } from './bytes/byte-source.js';
export {
  CaptureError,
  type CaptureErrorCode,
  CaptureWriteError,
  type CaptureWriteErrorCode,
} from './bytes/capture-error.js';
export type { ReadLimits } from './bytes/limits.js';
export {
  type ContentRedaction,
  type Conversation,
  type ConversationEvent,
  type Peer,
  type ReadingOptions,
  type Side,
  streamOf,
} from './dissect/conversation.js';
export { conversationsIn } from './dissect/conversations.js';
export { type DecryptedStreams, decryptedStreams } from './dissect/decrypted-streams.js';
export { type Dissection, dissect } from './dissect/dissect.js';
export type { IcmpMessage, QuotedPacket } from './dissect/icmp.js';
export { type Fragment, type IpPacket, IpProtocol } from './dissect/ip.js';
export { messagesOf } from './dissect/messages.js';
export type { Message, MessageContent } from './dissect/protocols/message.js';
export type { TcpFlags, TcpSegment } from './dissect/tcp.js';
export type { Moment, StreamData, StreamGap } from './dissect/tcp-flow.js';
export { TlsKeyLog, type TlsSecretLabel, type TlsSecrets, tlsKeysIn } from './dissect/tls/key-log.js';
export type { UdpDatagram } from './dissect/udp.js';
export {
  type Capture,
  PacketDecoder,
  type ReadCaptureOptions,
  readBlocks,
  readCapture,
  readPackets,
  streamBlocks,
  streamPackets,
} from './pcap/capture.js';
export type { PcapHeader, TimeResolution } from './pcap/header.js';
export { LinkType } from './pcap/link-type.js';
export { PcapDecoder } from './pcap/reader.js';
export { encodePcap, PcapEncoder, type PcapRecord, streamPcap } from './pcap/writer.js';
export type { Block } from './pcapng/blocks/block.js';
export type { CustomBlock } from './pcapng/blocks/custom.js';
export { type DecryptionSecretsBlock, SecretsType } from './pcapng/blocks/decryption-secrets.js';
export type { EnhancedPacketBlock, PacketOptions } from './pcapng/blocks/enhanced-packet.js';
export type { InterfaceDescriptionBlock, InterfaceOptions } from './pcapng/blocks/interface-description.js';
export type { InterfaceStatisticsBlock, InterfaceStatisticsOptions } from './pcapng/blocks/interface-statistics.js';
export type {
  NameRecord,
  NameResolutionBlock,
  NameResolutionOptions,
  OtherNameRecord,
} from './pcapng/blocks/name-resolution.js';
export type { ObsoletePacketBlock, ObsoletePacketOptions } from './pcapng/blocks/obsolete-packet.js';
export type { PacketFlags } from './pcapng/blocks/packet-flags.js';
export type { SectionHeaderBlock, SectionHeaderOptions } from './pcapng/blocks/section-header.js';
export type { SimplePacketBlock } from './pcapng/blocks/simple-packet.js';
export type { JournalField, SystemdJournalBlock } from './pcapng/blocks/systemd-journal.js';
export type { UnknownBlock } from './pcapng/blocks/unknown.js';
export type { CommonOptions, CustomOption, UnknownOption } from './pcapng/options.js';
export type { CaptureInterface, Packet } from './pcapng/packet.js';
export { BlockDecoder } from './pcapng/reader.js';
export { BlockEncoder, encodeBlocks, streamEncodedBlocks } from './pcapng/writer.js';
export { captureJson, type JsonCapture, type JsonConversation, type JsonPeer } from './render/capture-json.js';
export { captureStory } from './render/capture-story.js';
export { type ConversationFilter, conversationFilter } from './render/conversation-filter.js';
export { type FollowOptions, followPieces, followText } from './render/follow-text.js';
export { captureSummary, type RenderOptions, renderText } from './render/render-text.js';
