import type { Feed, FeedMessage, PublishedTurn } from '@greenroom/rooms';
import { holds, same, type Check } from './check.js';

/** A feed, and another end of it: on one node the same object, else another node's. */
export interface FeedHarness {
  readonly feed: Feed;
  readonly other: Feed;
  /** Waits until what was published has arrived where it is going. */
  readonly settle: () => Promise<void>;
  /** Ends what the harness has begun. */
  readonly close?: () => Promise<void>;
}

const turn = (to: number, epoch = 1): PublishedTurn => ({
  type: 'turn',
  epoch,
  after: to - 1,
  floor: to - 1,
  to,
  shared: true,
  events: [{ seq: to, name: 'said', data: { text: 'x', bytes: new Uint8Array([1, 2]) }, at: 5, by: { id: 'ann' } }],
  joined: [],
  left: [],
  ended: [],
  count: 1,
});

/** Notes what arrives. */
const listen = (feed: Feed, address: string): { heard: FeedMessage[]; stop: () => void } => {
  const heard: FeedMessage[] = [];
  return { heard, stop: feed.subscribe(address, (_, message) => void heard.push(message)) };
};

export const feedChecks: readonly Check<FeedHarness>[] = [
  {
    title: 'what is published arrives whole, in order, at every listener of the room and at no other',
    async run({ feed, other, settle }) {
      const [here, there, elsewhere] = [listen(feed, 'lab/a'), listen(other, 'lab/a'), listen(other, 'lab/b')];
      await settle();
      const turns = Array.from({ length: 50 }, (_, n) => turn(n + 1));
      for (const each of turns) feed.publish('lab/a', each);
      await settle();
      same(here.heard, turns, 'what the publisher hears');
      same(there.heard, turns, 'what the other end hears');
      same(elsewhere.heard, [], 'what another room hears');
    },
  },
  {
    title: 'a listener that has stopped hears nothing more; the others go on',
    async run({ feed, other, settle }) {
      const [one, two] = [listen(other, 'lab/a'), listen(other, 'lab/a')];
      await settle();
      feed.publish('lab/a', turn(1));
      await settle();
      one.stop();
      one.stop();
      feed.publish('lab/a', turn(2));
      await settle();
      same([one.heard.length, two.heard.length], [1, 2], 'turns heard');
    },
  },
  {
    title: 'a listener that throws keeps no other from hearing, and the publisher from nothing',
    async run({ feed, settle }) {
      feed.subscribe('lab/a', () => {
        throw new Error('deaf');
      });
      const { heard } = listen(feed, 'lab/a');
      await settle();
      feed.publish('lab/a', turn(1));
      await settle();
      same(heard.length, 1, 'turns heard');
    },
  },
  {
    title: 'signals arrive beside turns, and move no head',
    async run({ feed, other, settle }) {
      const { heard } = listen(other, 'lab/a');
      await settle();
      feed.publish('lab/a', turn(7, 3));
      feed.publish('lab/a', { type: 'signal', name: 'typing', data: { on: true }, by: { id: 'ann' }, from: 'c1' });
      await settle();
      same(heard.map(({ type }) => type).sort(), ['signal', 'turn'], 'what is heard');
      same(await other.head('lab/a'), { epoch: 3, seq: 7 }, 'the head');
    },
  },
  {
    title: 'a room of which nothing was published has no head, or one it can stand by',
    async run({ feed }) {
      const head = await feed.head('lab/none');
      holds(head === undefined || head.seq >= 0, 'the head of an unknown room');
    },
  },
];
