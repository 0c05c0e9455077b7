import { crowdAtEndpoint, crowdInRoom } from './broadcast.js';
import type { Host } from './host.js';
import { stall, type Stall } from './stalled-reader.js';

const MEBIBYTE = 1_048_576;
const LEAST_WARM_UP = 5_000_000;

export interface SlowReaderOptions {
  /** That are said to everybody, and so to the reader, in each broadcast. */
  readonly bytes: number;
  /** Of each thing that is said, characters. */
  readonly length: number;
  /** Broadcasts without the reader, and as many with one. */
  readonly rounds: number;
  /** How often memory is looked at in the course of each. */
  readonly looks: number;
}

export interface SlowReaderReport {
  /** What the server holds more at the worst moment with a reader who has stopped to read than it does without: MiB. */
  readonly costMiB: number;
  /** And when the reader has gone. */
  readonly leftMiB: number;
  /** Of the time in which neighbours hear what is said, without the reader and with: milliseconds, the median of all rounds. */
  readonly p99: { readonly without: number; readonly with: number };
}

interface Broadcast {
  readonly p99: number;
  /** At each look, bytes. */
  readonly memory: readonly number[];
}

/** @param part 0.5 is the median */
const quantile = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * part)] ?? 0;
const median = (values: readonly number[]): number => quantile(values, 0.5);
const p99Of = (broadcasts: readonly Broadcast[]): number => median(broadcasts.map(({ p99 }) => p99));
const memoryOf = (broadcasts: readonly Broadcast[]): number[] => broadcasts.flatMap(({ memory }) => memory);

/** The same broadcast without a reader who has stopped to read, and with one, in turn. */
export const slowReader = async (host: Host, how: Stall, options: SlowReaderOptions): Promise<SlowReaderReport> => {
  const { bytes, length, rounds, looks } = options;
  const room = `echo/${how.replaceAll(' ', '-')}`;
  const crowd = await (how === 'the open endpoint' ? crowdAtEndpoint(host, length) : crowdInRoom(host, room, length));
  const whole = async (): Promise<Broadcast> => {
    const times: number[] = [];
    const memory: number[] = [];
    for (let look = 0; look < looks; look += 1) {
      times.push(...(await crowd.broadcast(bytes / looks)));
      const { heapBytes, externalBytes } = await host.footprint();
      memory.push(heapBytes + externalBytes);
    }
    return { p99: quantile(times, 0.99), memory };
  };
  try {
    const token = await host.token('stalled');
    // The code is compiled then, and the room's history as long as it gets.
    await crowd.broadcast(Math.max(bytes / 10, LEAST_WARM_UP));
    const without: Broadcast[] = [];
    const withReader: Broadcast[] = [];
    for (let round = 0; round < rounds; round += 1) {
      without.push(await whole());
      const reader = await stall(how, host.url, token, room);
      withReader.push(await whole());
      reader.close();
    }
    const after = await whole();
    const usual = median(memoryOf(without));
    return {
      costMiB: (Math.max(...memoryOf(withReader)) - usual) / MEBIBYTE,
      leftMiB: (median(after.memory) - usual) / MEBIBYTE,
      p99: { without: p99Of(without), with: p99Of(withReader) },
    };
  } finally {
    crowd.close();
  }
};
