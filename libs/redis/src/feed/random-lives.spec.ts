import { afterEach, describe, expect, it } from '@jest/globals';
import type { FeedMessage, PublishedTurn } from '@greenroom/rooms';
import { Dice } from '@greenroom/testing/faults';
import { TestRedis } from '../redis.fixture.js';
import { Turns } from '../store/turns.fixture.js';
import { A, HEADS_MS, Nodes, STORES, type Node } from './nodes.fixture.js';

const redis = new TestRedis();
const nodes = new Nodes(redis);
afterEach(() => nodes.close());

const SEEDS = Array.from({ length: 15 }, (_, i) => i + 1);
const STEPS = 80;

describe.each(STORES)('nodes that hear of rooms kept in %s, in random lives', (_, newStore) => {
  it.each(SEEDS)(
    'who listens hears all that is committed from then on, in order, once, in the end (seed %i)',
    async (seed) => {
      const dice = new Dice(seed);
      const [prefix, kept] = [redis.app(), newStore()];
      const all = [await nodes.start(prefix, kept), await nodes.start(prefix, kept), await nodes.start(prefix, kept)];
      let owner = dice.pick(all);
      let turns = await Turns.claim(owner.store, A);
      const committed: PublishedTurn[] = [];
      const listeners: { readonly heard: FeedMessage[]; readonly from: number }[] = [];
      const commit = async (): Promise<PublishedTurn> => {
        const turn = await turns.commit();
        committed.push(turn);
        return turn;
      };
      const takeOver = async (): Promise<void> => {
        owner = dice.pick(all.filter((node) => node !== owner));
        turns = await Turns.claim(owner.store, A, `${committed.length}`);
      };
      // As a join is asked for behind it.
      const listen = async (node: Node): Promise<void> => {
        listeners.push({ heard: node.hear(), from: committed.length });
        await node.end.client.ping();
      };
      const steps: { readonly weight: number; readonly take: () => unknown }[] = [
        { weight: 8, take: async () => owner.feed.publish(A, await commit()) },
        { weight: 1, take: takeOver },
        // The owner dies before it has told anybody.
        { weight: 1, take: async () => (await commit(), await takeOver()) },
        { weight: 2, take: () => (dice.pick(all).loses += dice.int(1, 3)) },
        { weight: 1, take: () => (dice.pick(all).isAway = dice.chance(0.5)) },
        { weight: 1, take: () => owner.end.client.del(owner.end.keys.head(A)) },
        { weight: 1, take: () => dice.pick(all).clock.advance(HEADS_MS) },
        { weight: 1, take: () => listen(dice.pick(all)) },
        { weight: 1, take: () => redis.settle() },
      ];
      for (let step = 0; step < STEPS; step += 1) await dice.weighed(steps).take();

      for (const node of all) Object.assign(node, { isAway: false, loses: 0 });
      await takeOver();
      for (let round = 0; round < 3; round += 1) {
        await redis.settle();
        for (const { clock } of all) await clock.advance(HEADS_MS);
      }
      await redis.settle();
      for (const { heard, from } of listeners) {
        const places = (heard as PublishedTurn[]).map(({ epoch, to }) => `${epoch}.${to}`);
        const since = committed.slice(from).map(({ epoch, to }) => `${epoch}.${to}`);
        expect(new Set(places).size).toBe(places.length);
        expect(places.slice(-since.length || places.length).filter((place) => since.includes(place))).toEqual(since);
        for (const turn of heard) expect(committed).toContainEqual(turn);
      }
    },
  );
});
