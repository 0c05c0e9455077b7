import { setTimeout as sleep } from 'node:timers/promises';
import { AddLoad } from './add-load.js';
import { Crowd, type Seating } from './crowd.js';
import type { Histogram } from './histogram.js';
import { Violations } from './ledger.js';
import type { Load } from './load.js';
import { SayLoad } from './say-load.js';
import { visit, type Visits } from './visits.js';

/** What a load process is told to do, one after the other. */
export type ToClient =
  | { readonly do: 'gather'; readonly seating: Seating }
  | { readonly do: 'load'; readonly load: Load }
  | { readonly do: 'visit'; readonly visits: Visits };

/** What it says: `open` and `shut` are the window's, and the last of a load is `done`. */
export type FromClient =
  | { readonly is: 'gathered'; readonly seconds: number; readonly arrivals: readonly number[] }
  | { readonly is: 'open' }
  | { readonly is: 'shut' }
  | ({ readonly is: 'done' } & Counted)
  | { readonly is: 'visited' }
  | { readonly is: 'failed'; readonly why: string };

/** What was counted while the window was open. */
export interface Counted {
  readonly seconds: number;
  readonly commands: number;
  readonly deliveries: number;
  readonly frames: number;
  readonly latency: readonly number[];
  readonly answers: readonly number[];
  /** Share of a core that this process was busy. Near 1, it and not the server may be what was measured. */
  readonly busy: number;
  readonly violations: readonly string[];
  readonly violationCount: number;
}

let crowd: Crowd | undefined;
const gathered = (): Crowd => {
  if (crowd === undefined) throw new Error('nobody is gathered');
  return crowd;
};

const say = (message: FromClient): void => void process.send?.(message);
const secondsOf = (started: number): number => (performance.now() - started) / 1000;
const counts = ({ counts }: Histogram): readonly number[] => counts;

const gather = async (seating: Seating): Promise<void> => {
  const started = performance.now();
  crowd = await Crowd.gather(seating);
  say({ is: 'gathered', seconds: secondsOf(started), arrivals: counts(crowd.arrivals) });
};

const bear = async (load: Load): Promise<void> => {
  const people = gathered();
  const violations = new Violations();
  const running =
    load.command === 'say' ? new SayLoad(people, load, violations) : new AddLoad(people, load, violations);
  running.begin();
  await sleep(load.warmUpMs);
  say({ is: 'open' });
  const cpu = process.cpuUsage();
  const started = performance.now();
  running.count(true);
  await sleep(load.windowMs);
  running.count(false);
  const seconds = secondsOf(started);
  const { user, system } = process.cpuUsage(cpu);
  say({ is: 'shut' });
  const { commands, deliveries, frames } = running;
  await running.finish();
  for (const lost of people.lost.splice(0)) violations.add(`lost ${lost}`);
  say({
    is: 'done',
    seconds,
    commands,
    deliveries,
    frames,
    latency: counts(running.latency),
    answers: counts(running.answers),
    busy: (user + system) / 1e6 / seconds,
    violations: violations.told,
    violationCount: violations.count,
  });
};

const act = async (message: ToClient): Promise<void> => {
  switch (message.do) {
    case 'gather':
      return gather(message.seating);
    case 'load':
      return bear(message.load);
    case 'visit':
      await visit(gathered(), message.visits);
      return say({ is: 'visited' });
  }
};

process.on('message', (message: ToClient) => {
  act(message).catch((error: unknown) => say({ is: 'failed', why: (error as Error).stack ?? String(error) }));
});
// Nobody is left to tell.
process.on('disconnect', () => process.exit(0));
