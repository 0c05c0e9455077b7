import type { Stage } from '../run/stage.js';
import type { ServerName } from '../servers/server-name.js';
import type { Figures } from './metrics.js';
import type { Keeping } from './setting.js';

/** `full` is what is published; `quick` looks whether something changed; `small` is for the gate: right, not how fast. */
export type Size = 'full' | 'quick' | 'small';

/** How long and how often. */
export interface Scale {
  readonly size: Size;
  readonly runs: number;
  readonly warmUpMs: number;
  readonly windowMs: number;
}

export const SCALES: Readonly<Record<Size, Scale>> = {
  full: { size: 'full', runs: 5, warmUpMs: 3000, windowMs: 3000 },
  quick: { size: 'quick', runs: 1, warmUpMs: 2000, windowMs: 2000 },
  small: { size: 'small', runs: 1, warmUpMs: 50, windowMs: 150 },
};

/** A number that depends on the size of the run. */
export type Sized<T> = Readonly<Record<Size, T>>;

export type Compared = 'servers' | 'points';

export interface Scenario {
  readonly id: string;
  readonly title: string;
  /** What it does, in a sentence. */
  readonly about: string;
  readonly servers: readonly ServerName[];
  /** What is measured at several sizes: their labels. One point without a name otherwise. */
  points(size: Size): readonly string[];
  readonly keeps: Keeping;
  /** What stands side by side in its table: the servers, or the points, of each of which more than one figure is told. */
  readonly compares: Compared;
  /** With a fresh server and nobody connected. */
  measure(stage: Stage, scale: Scale, point: string): Promise<Figures>;
}

export const ONE_POINT = (): readonly string[] => [''];
