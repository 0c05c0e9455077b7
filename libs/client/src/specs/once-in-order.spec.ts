import { describe, expect, it } from '@jest/globals';
import type { NodeLimits, RoomKind } from '@greenroom/rooms';
import fc from 'fast-check';
import type { Room } from '../room/room.js';
import { QUEUE_LIMIT } from './app.fixture.js';
import { hall } from './hall.fixture.js';
import { NAMES, steps, type Step } from './trouble.fixture.js';
import { World } from './world.fixture.js';

interface Case {
  readonly kind: () => RoomKind;
  readonly limits?: Partial<NodeLimits>;
  /** All that anybody misses is kept for them: they are never told of a reset. */
  readonly keepsAll?: boolean;
}

const kinds: Readonly<Record<string, Case>> = {
  'with a view, history for those who joined': { kind: () => hall() },
  'with a view, history for all': { kind: () => hall({ historyFor: 'all' }), keepsAll: true },
  'without a view': { kind: () => hall({ hasView: false }) },
  'that keeps next to nothing': {
    kind: () => hall({ historyFor: 'all', graceMs: 2000 }),
    limits: { historyEvents: 3, snapshotEntries: 3 },
  },
};

/** How a join may fail, or a room end that one has not left: kicked, no token, or no luck until time was up. */
const FAILURES = new Set(['FORBIDDEN', 'UNAUTHENTICATED', 'UNAVAILABLE', 'BUSY', 'RATE_LIMITED', 'UNKNOWN_OUTCOME']);

const idsOf = (room: Room | undefined): string[] | undefined => room?.members.map(({ id }) => id).sort();

/** Holds at any time. */
const check = ({ apps, store }: World): void => {
  for (const { witnesses, waiting, environment } of apps) {
    for (const witness of witnesses) witness.check(store, false);
    expect(waiting).toBeLessThanOrEqual(QUEUE_LIMIT);
    expect(environment.reported).toEqual([]);
  }
};

/** Everybody is there, is heard by everybody, and knows of everybody. */
const checkAllIsWell = async (world: World): Promise<void> => {
  const { apps, store, network } = world;
  for (const app of apps) {
    await Promise.all([app.join(), world.pass(5000)]);
    expect(app.room?.status).toEqual({ state: 'joined' });
    app.witnesses.at(-1)?.hear();
  }
  await world.pass(2000);
  for (const app of apps) app.send('say');
  await world.pass(2000);
  check(world);
  const { members } = await network.rooms.node.room('hall/a').members();
  const last = apps.map(({ sent }) => sent.at(-1)?.text);
  for (const { name, room, witnesses } of apps) {
    witnesses.at(-1)?.check(store, true);
    const seen = witnesses.at(-1)?.stretches.at(-1)?.seen ?? [];
    expect(seen.slice(-NAMES.length).map(({ text }) => text)).toEqual(expect.arrayContaining(last));
    // A room that was loaded again in the middle of a turn has not told who came and went in it.
    if (!world.hasFlaked) expect([name, room?.count, idsOf(room)]).toEqual([name, 3, members.map(({ id }) => id)]);
  }
};

/**
 * Each has settled. An ack says where it is; UNKNOWN_OUTCOME that it may be there; any other error that it is not: unless
 * it came to the server twice, which may refuse one and take the other.
 */
const checkCommands = ({ apps, store, network, isRefusing }: World): void => {
  for (const { sent } of apps) {
    let last = 0;
    for (const { text, outcome } of sent) {
      const places = store.placesOf(text);
      if (typeof outcome === 'object') expect([text, places]).toEqual([text, [outcome.seq]]);
      else if (outcome === 'UNKNOWN_OUTCOME' || network.repeats > 0) expect(places.length).toBeLessThanOrEqual(1);
      else expect([text, outcome, places]).toEqual([text, expect.any(String), []]);
      expect(outcome).toBeDefined();
      if (isRefusing || typeof outcome !== 'object') continue;
      expect(outcome.seq).toBeGreaterThan(last);
      last = outcome.seq;
    }
  }
};

describe('what an application sees of a room, whatever becomes of its connections and the server', () => {
  it.each(Object.entries(kinds))(
    'is each event once, in order, or a reset; each command settles and takes effect at most once: a room %s',
    async (_, { kind, keepsAll, ...more }) => {
      const numRuns = Number(process.env['RUNS'] ?? 40);
      const run = async (seed: number, repeats: number, isBegun: boolean, trouble: readonly Step[]): Promise<void> => {
        const world = await World.make({ kinds: [kind()], ...more }, seed, repeats);
        if (isBegun) await Promise.all([...world.apps.map((app) => app.join()), world.pass(1000)]);
        for (const step of trouble) {
          await world.do(step);
          if (step.type === 'wait') check(world);
        }
        await world.heal();
        check(world);
        for (const { failures } of world.apps) for (const failure of failures) expect(FAILURES).toContain(failure.code);
        await checkAllIsWell(world);
        checkCommands(world);
        const resets = world.apps.flatMap(({ witnesses }) => witnesses.map((witness) => witness.resets));
        if (keepsAll === true) expect(Math.max(0, ...resets)).toBe(0);

        for (const { client } of world.apps) client.close();
        await world.pass(60_000);
        for (const { environment } of world.apps)
          expect([environment.timers.size, environment.isWatched]).toEqual([0, false]);
      };
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 1_000_000 }),
          fc.constantFrom(0, 0.15),
          fc.constantFrom(true, true, false),
          fc.array(steps, { minLength: 5, maxLength: 60, size: 'max' }),
          run,
        ),
        { numRuns, ...(process.env['RUNS'] === undefined && { seed: 20_261_130 }) },
      );
    },
    process.env['RUNS'] === undefined ? 60_000 : 3_600_000,
  );
});
