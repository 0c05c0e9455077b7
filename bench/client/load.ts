import type { Histogram } from './histogram.js';

/** `closed`: so many commands of a room are on their way at any time. `open`: so many are said a second, come what may, once the first half of the warm-up is over. */
export type Pace =
  { readonly is: 'closed'; readonly inFlight: number } | { readonly is: 'open'; readonly perSecond: number };

/** `say`: each command is told to all members of its room. `add`: each is answered, and nobody else hears of it. */
export interface Load {
  readonly command: 'say' | 'add';
  readonly pace: Pace;
  /** In an open loop: only the first so many members of each room say things, in turn. @default all */
  readonly speakers?: number;
  /** Of each text. */
  readonly textBytes: number;
  /** Until the code is compiled and the queues are what they will be. */
  readonly warmUpMs: number;
  /** What is measured. */
  readonly windowMs: number;
}

/** One load while it goes on. */
export interface Running {
  /** Says what is to be said first; from then on it goes on by itself. */
  begin(): void;
  /** Counts from now on, or no more. */
  count(counting: boolean): void;
  /** Says nothing new; resolves once everything has come, or will not. */
  finish(): Promise<void>;
  /** Commands that their sender was told of, or that were answered. */
  readonly commands: number;
  /** What members were told. */
  readonly deliveries: number;
  /** In so many frames. */
  readonly frames: number;
  /** From saying to hearing; in an open loop, from when it was due to be said. */
  readonly latency: Histogram;
  /** From saying to being answered, where there are answers. */
  readonly answers: Histogram;
}
