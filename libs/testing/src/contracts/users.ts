import type { Users } from '@greenroom/rooms';
import { same, type Check } from './check.js';

/** Two nodes' ends of the same users: of one process the same object. Neither serves yet. */
export interface UsersHarness {
  readonly users: Users;
  readonly other: Users;
  /** Waits until everyone has heard of what happened. */
  readonly settle: () => Promise<void>;
  /** Ends what the harness has begun. */
  readonly close?: () => Promise<void>;
}

/** What each of the two is told, and what it is called by them. */
const serve = async ({ users, other, settle }: UsersHarness): Promise<readonly [string[], string[], () => void]> => {
  const [here, there]: [string[], string[]] = [[], []];
  await users.serve('n1', (user, reason) => void here.push(`${user}: ${reason}`));
  const stop = await other.serve('n2', (user, reason) => void there.push(`${user}: ${reason}`));
  await settle();
  return [here, there, stop];
};

export const usersChecks: readonly Check<UsersHarness>[] = [
  {
    title: "a user has no more connections than the limit, whichever nodes they are on, and others are in nobody's way",
    async run(harness) {
      await serve(harness);
      const { users, other } = harness;
      const outcomes: boolean[] = [];
      for (const end of [users, other, users, other]) outcomes.push(await end.enter('ann', 3));
      same(outcomes, [true, true, true, false], 'who is let in');
      same(await other.enter('bob', 3), true, 'another user');
    },
  },
  {
    title: 'who leaves makes room, on any node; who was not let in did not count',
    async run(harness) {
      await serve(harness);
      const { users, other, settle } = harness;
      await users.enter('ann', 2);
      await other.enter('ann', 2);
      same(await users.enter('ann', 2), false, 'a third');
      other.leave('ann');
      await settle();
      same(await users.enter('ann', 2), true, 'one after one has left');
      same(await other.enter('ann', 2), false, 'one more');
    },
  },
  {
    title: 'of many that come at once the limit are let in',
    async run(harness) {
      await serve(harness);
      const { users, other } = harness;
      const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? users : other).enter('ann', 5)));
      same(outcomes.filter(Boolean).length, 5, 'how many are let in');
    },
  },
  {
    title: 'without a limit nobody is refused',
    async run(harness) {
      await serve(harness);
      for (let i = 0; i < 50; i += 1) same(await harness.users.enter('ann', Infinity), true, 'a connection');
    },
  },
  {
    title: 'both nodes are told whose connections are to end, in order, with the reason; one that has stopped is not',
    async run(harness) {
      const [here, there, stop] = await serve(harness);
      const { users, other, settle } = harness;
      await users.dismiss('ann', 'rude');
      same(here, ['ann: rude'], 'what the node is told by the time it has said so');
      await other.dismiss('bob \u{1F600}', 'böse "worte"');
      await settle();
      const both = ['ann: rude', 'bob \u{1F600}: böse "worte"'];
      same([here, there], [both, both], 'what they are told');
      stop();
      await users.dismiss('cat', 'late');
      await settle();
      same([here.length, there.length], [3, 2], 'how much they are told');
    },
  },
];
