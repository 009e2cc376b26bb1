import { ticks, u64 } from '../option-values.js';
import { type CommonOptions, type OptionTable, one, readOptions, writeOptions } from '../options.js';
import type { BlockCodec } from './block-codec.js';

/** What an interface counted (pcapng §4.6). */
export interface InterfaceStatisticsOptions extends CommonOptions {
  /** When recording began, in ticks of the interface. */
  readonly startTime?: bigint;
  /** When it ended, in ticks of the interface. */
  readonly endTime?: bigint;
  /** Packets that came. */
  readonly received?: bigint;
  /** Packets lost by the interface for want of room. */
  readonly dropped?: bigint;
  /** Packets that the filter let through. */
  readonly accepted?: bigint;
  /** Packets lost by the operating system. */
  readonly droppedByOs?: bigint;
  /** Packets given to the recorder. */
  readonly delivered?: bigint;
}

/** Counters of one interface at one time (pcapng §4.6). */
export interface InterfaceStatisticsBlock extends InterfaceStatisticsOptions {
  readonly type: 'interface-statistics';
  readonly interfaceId: number;
  /** When the counters were read, in ticks of the interface. */
  readonly timestamp: bigint;
}

const OPTIONS: OptionTable<InterfaceStatisticsOptions> = {
  startTime: one(2, ticks),
  endTime: one(3, ticks),
  received: one(4, u64),
  dropped: one(5, u64),
  accepted: one(6, u64),
  droppedByOs: one(7, u64),
  delivered: one(8, u64),
};

/** Reads and writes interface statistics blocks. */
export const interfaceStatistics: BlockCodec<InterfaceStatisticsBlock> = {
  blockType: 5,
  name: 'interface statistics block',

  decode(reader) {
    const interfaceId = reader.u32('interface number');
    const timestamp = reader.halves('time');
    return { type: 'interface-statistics', interfaceId, timestamp, ...readOptions(reader, OPTIONS) };
  },

  encode(block, writer) {
    writer.u32(block.interfaceId, 'interface number of statistics');
    writer.halves(block.timestamp, 'time of statistics');
    writeOptions(block, OPTIONS, writer);
  },
};
