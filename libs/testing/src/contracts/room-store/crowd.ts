import type { Due, Entry, RoomStore, Snapshot } from '@greenroom/rooms';
import { random32 } from '../../random.js';
import { refused, same } from '../check.js';
import { ALL, Owner, START, type StoreCheck } from './harness.js';

const ROOMS = 20;
const STEPS = 40;

/** What one room must hold, kept by the one who writes to it. */
interface Model {
  owner: Owner;
  log: Entry[];
  snapshot: Snapshot | undefined;
  deadline: number | undefined;
}

/** One room's life: owners that change, appends, refusals, redactions, snapshots, one after the other. */
async function live(store: RoomStore, address: string, seed: number): Promise<Model> {
  const next = random32(seed);
  const chance = (percent: number): boolean => next() % 100 < percent;
  const claimed = async (): Promise<Owner> => {
    const owner = await Owner.claim(store, address, `node-${next() % 3}`, START + (next() % 1000));
    model.log.push(...(await store.read(address, { limit: 1, reverse: true })));
    return owner;
  };
  const model: Omit<Model, 'owner'> = { log: [], snapshot: undefined, deadline: undefined };
  let owner = await claimed();

  for (let step = 0; step < STEPS; step += 1) {
    const dice = next() % 100;
    if (dice < 10) {
      const old = owner;
      owner = await claimed();
      await refused(old.append([old.say('stale')], { deadline: 1 }), 'FencedError');
    } else if (dice < 20) {
      const { seq, index, at } = owner;
      const hole = [owner.say('one'), { ...owner.say('two'), seq: seq + 9, last: seq + 9 }];
      await refused(owner.append(hole, { deadline: 1 }), 'StoreRefusedError');
      Object.assign(owner, { seq, index, at });
    } else if (dice < 32) {
      const saved = { seq: owner.seq, state: { address, step } };
      const index = Math.max(0, owner.index - (next() % 40));
      model.deadline = chance(50) ? next() % 5000 : undefined;
      await store.saveSnapshot(address, owner, saved, { index, seq: 0, after: 0 }, model.deadline);
      model.snapshot = saved;
      const first = model.log.findIndex((entry) => entry.index >= index);
      model.log.splice(0, first === -1 ? model.log.length : first);
    } else {
      const entries = Array.from({ length: 1 + (next() % 3) }, () => {
        const size = next() % (chance(5) ? 20_000 : 200);
        return owner.say(...Array.from({ length: next() % 3 }, (_, i) => ({ step, i, pad: 'x'.repeat(size) })));
      });
      model.deadline = chance(50) ? next() % 5000 : undefined;
      const durability = chance(50) ? 'fsync' : 'commit';
      const blank = chance(20) ? [1 + (next() % owner.seq)] : [];
      await owner.append(entries, { deadline: model.deadline, durability, redact: blank });
      model.log.push(...entries);
      model.log = model.log.map((entry) => blanked(entry, blank));
    }
  }
  return { ...model, owner };
}

const blanked = (entry: Entry, positions: readonly number[]): Entry => ({
  ...entry,
  events: entry.events.map((event) =>
    positions.includes(event.seq) ? { ...event, data: null, redacted: true as const } : event,
  ),
});

async function compare(store: RoomStore, models: ReadonlyMap<string, Model>): Promise<void> {
  const due: Due[] = [];
  for (const [address, { log, deadline }] of models) {
    same(await store.read(address, ALL), log, `the log of ${address}`);
    if (deadline !== undefined) due.push({ address, at: deadline });
  }
  const order = (a: Due, b: Due): number => a.at - b.at || (a.address < b.address ? -1 : 1);
  same([...(await store.due(10_000, 100))].sort(order), due.sort(order), 'what is due');
  const ids = [...models.keys()].map((address) => address.slice('chat/'.length)).sort();
  same(await store.list('chat', 100), ids, 'the rooms');
}

const crowd = (seed: number): StoreCheck => ({
  title: `${ROOMS} rooms at once each hold what they would hold alone (seed ${seed})`,
  async run(harness) {
    const store = await harness.open();
    const addresses = Array.from({ length: ROOMS }, (_, i) => `chat/${i}`);
    const lives = addresses.map(async (address, i) => [address, await live(store, address, seed * 1000 + i)] as const);
    const models = new Map(await Promise.all(lives));
    await compare(store, models);
    const opened = await harness.reopen();
    await compare(opened, models);
    for (const [address, { snapshot, owner }] of models) {
      const claim = await opened.claim(address, 'reader', START, false);
      same([claim?.snapshot, claim?.barrier.seq], [snapshot, owner.seq + 1], `snapshot and head of ${address}`);
    }
  },
});

export const crowdChecks: readonly StoreCheck[] = [crowd(1), crowd(2)];
