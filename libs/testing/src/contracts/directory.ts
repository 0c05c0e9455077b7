import type { Directory } from '@greenroom/rooms';
import { holds, same, type Check } from './check.js';

export interface DirectoryHarness {
  readonly directory: Directory;
  /** Waits until everyone has heard of what happened. */
  readonly settle: () => Promise<void>;
  /** Ends what the harness has begun. */
  readonly close?: () => Promise<void>;
}

export const directoryChecks: readonly Check<DirectoryHarness>[] = [
  {
    title: 'nobody owns a room while no node takes part',
    async run({ directory }) {
      same(await directory.locate('lab/a'), undefined, 'the owner');
    },
  },
  {
    title: 'every room has an owner among the nodes that take part, the same each time it is asked',
    async run({ directory, settle }) {
      await directory.join('n1');
      await settle();
      for (const address of ['lab/a', 'lab/b', 'chat/x']) {
        const owner = await directory.locate(address);
        same(owner, 'n1', `the owner of ${address}`);
        same(await directory.locate(address), owner, `the owner of ${address}, asked again`);
      }
    },
  },
  {
    title: 'a node that has left owns nothing; leaving twice, or without having joined, is nothing',
    async run({ directory, settle }) {
      await directory.join('n1');
      await directory.leave('n1');
      await directory.leave('n1');
      await directory.leave('never');
      await settle();
      same(await directory.locate('lab/a'), undefined, 'the owner');
    },
  },
  {
    title: 'a node is held for what it owns from when it joins until it leaves, and no other is',
    async run({ directory, settle }) {
      same(directory.holds('n1'), false, 'before it joins');
      await directory.join('n1');
      await settle();
      same([directory.holds('n1'), directory.holds('n2')], [true, false], 'n1 and n2');
      await directory.leave('n1');
      same(directory.holds('n1'), false, 'after it has left');
    },
  },
  {
    title: 'a node that has retired still holds what it has, and is given no more rooms',
    async run({ directory, settle }) {
      await directory.join('n1');
      await settle();
      same(await directory.locate('lab/a'), 'n1', 'the owner before');
      await directory.release('lab/a', 'n1');
      same(await directory.locate('lab/a'), 'n1', 'the owner of what it has released to nobody else');
      await directory.retire('n1');
      await directory.retire('never');
      await settle();
      same(directory.holds('n1'), true, 'whether it holds on');
      same(await directory.locate('lab/b'), undefined, 'the owner of another room');
    },
  },
  {
    title: 'a node takes part whatever it says of how much it does',
    async run({ directory, settle }) {
      for (const load of [Number.NaN, Infinity, -1, 0, 0.5, Number.MAX_VALUE]) {
        await directory.join('n1', () => load);
        await settle();
        same(await directory.locate(`lab/${load}`), 'n1', `the owner when it does ${load}`);
      }
    },
  },
  {
    title: 'those who watch hear of nodes that come and go, until they stop',
    async run({ directory, settle }) {
      const heard: (readonly string[])[] = [];
      const stop = directory.watch((nodes) => void heard.push(nodes));
      await directory.join('n1');
      await settle();
      same(heard.at(-1), ['n1'], 'nodes after joining');
      await directory.leave('n1');
      await settle();
      same(heard.at(-1), [], 'nodes after leaving');
      const before = heard.length;
      stop();
      await directory.join('n2');
      await settle();
      holds(heard.length === before, 'it hears after it has stopped');
    },
  },
];
