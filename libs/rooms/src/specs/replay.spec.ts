import { describe, expect, it } from '@jest/globals';
import { startTestRooms, type TestConnection } from '@greenroom/testing';
import fc from 'fast-check';
import { replay } from '../log/replay.js';
import { unseal } from '../log/snapshot.js';
import { RoomCore } from '../room/core.js';
import { Outcomes } from '../room/outcomes.js';
import { lab } from './lab.fixture.js';

const A = 'lab/a';
const PEOPLE = ['ann', 'bob', 'cat'] as const;

const step = fc.record({
  who: fc.constantFrom(...PEOPLE),
  does: fc.constantFrom(
    ['say', { text: 'x' }],
    ['add', { a: 1, b: 2 }],
    ['whisper', { to: 'bob', text: 'psst' }],
    ['tellOthers', { text: 'y' }],
    ['quiet', {}],
    ['refuse', { code: 'REJECTED' }],
    ['boomAssign', {}],
    ['boomAction', {}],
    ['later', { ms: 50 }],
    ['look', { fails: false }],
    ['kick', { member: 'cat' }],
    ['join'],
    ['leave'],
    ['drop'],
    ['wait'],
  ),
  repeat: fc.boolean(),
});

/** What a repeat of each command is answered. Outcomes are written down in pieces, which differ by when the room was saved. */
const answers = ({ outcomes }: { readonly outcomes: unknown }, commands: number): unknown => {
  const loaded = Outcomes.load(outcomes);
  return PEOPLE.map((who) => Array.from({ length: commands }, (_, n) => loaded.find(who, `c:${n}`) ?? 'runs'));
};

describe('a log', () => {
  it('replayed through its machine emits the recorded events and equals the live state', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), fc.integer(), async (steps, seed) => {
        const rooms = await startTestRooms({ kinds: [lab()], seed });
        const people = new Map<string, TestConnection>(PEOPLE.map((id) => [id, rooms.connect(id)]));
        await people.get('ann')?.join(A);
        for (const [n, { who, does, repeat }] of steps.entries()) {
          const person = people.get(who) ?? rooms.connect(who);
          const [name, data] = does;
          if (name === 'wait') await rooms.clock.advance(40_000);
          else if (name === 'drop') {
            person.drop();
            people.set(who, rooms.connect(who));
          } else if (name === 'join') await person.join(A);
          else if (name === 'leave') await person.leave(A).catch(() => {});
          else {
            const id = `c:${n}`;
            const sent = [person.send(A, name, data, id), ...(repeat ? [person.send(A, name, data, id)] : [])];
            await Promise.allSettled(sent);
          }
        }
        await rooms.settle();
        const draining = rooms.node.drain();
        await rooms.clock.advance(100);
        await draining;
        const claim = await rooms.store.claim(A, 'auditor', rooms.clock.now(), false);
        if (claim?.snapshot === undefined) throw new Error('nothing was saved');
        const outside = { deliver: () => {}, report: () => {} };
        const core = new RoomCore(A, lab(), lab().logic.create(outside, A), claim.epoch, true);
        await replay(rooms.store, core, claim.barrier.seq, (error) => {
          throw error;
        });
        const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
        // The auditor's own barrier is the one entry above the snapshot.
        const live = unseal(claim.snapshot).core as { outcomes: unknown };
        const replayed = core.save(rooms.clock.now());
        const seq = claim.barrier.seq;
        expect(plain({ ...replayed, outcomes: answers(replayed, steps.length) })).toEqual(
          plain({ ...live, outcomes: answers(live, steps.length), seq }),
        );
      }),
      { numRuns: 60 },
    );
  });
});
