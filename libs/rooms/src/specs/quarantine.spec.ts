import { describe, expect, it } from '@jest/globals';
import { startTestRooms } from '@greenroom/testing';
import { assign, emit, setup } from 'xstate';
import { z } from 'zod';
import { defineRoom } from '../contract/contract.js';
import { outputs } from '../contract/outputs.js';
import { roomTypes } from '../contract/room-types.js';
import { roomKind, SYSTEM, type RoomKind } from '../kind.js';
import { statechart } from '../room/statechart.js';
import type { LogicFactory } from '../room/logic.js';
import { Lab } from './lab.fixture.js';
import { mutable } from './mutable-logic.fixture.js';
import { A, entriesOf, open, say, texts } from './two-members.fixture.js';

/** A logic that changes in place, and throws half-way at `quiet`. */
const fragile = (): RoomKind => {
  const kind = mutable();
  const logic: LogicFactory = {
    ...kind,
    create: () => {
      const made = kind.create();
      const apply = made.apply.bind(made);
      made.apply = (state, event) => {
        if (event.type === 'quiet') throw new Error('half-way');
        return apply(state, event);
      };
      return made;
    },
  };
  return roomKind(Lab, { logic });
};
const refused = { code: 'INTERNAL', reason: 'quarantined', retryable: false };

describe('a command that costs the room its life again and again', () => {
  it('is refused before it reaches the room, and logged once; others go on, and so does its sender', async () => {
    const { rooms, ann, bob } = await open(fragile());
    for (let n = 0; n < 3; n += 1) {
      await expect(ann.send(A, 'quiet', {})).rejects.toMatchObject({ code: 'INTERNAL', reason: undefined });
      await rooms.clock.advance(5000);
    }
    const kept = (await entriesOf(rooms)).length;
    for (let n = 0; n < 50; n += 1) await expect(ann.send(A, 'quiet', {}, `id${n}`)).rejects.toMatchObject(refused);
    await rooms.clock.advance(5000);
    expect((await entriesOf(rooms)).length).toBe(kept);
    await say(ann, 'x');
    await expect(bob.send(A, 'quiet', {})).rejects.toMatchObject({ code: 'INTERNAL', reason: undefined });
    await rooms.clock.advance(5000);
    expect(rooms.logged.filter(({ message }) => message === 'a command is quarantined')).toMatchObject([{ room: A }]);
  });

  it('may be tried again after ten minutes, and when the room was unloaded', async () => {
    const { rooms, ann, bob } = await open(fragile());
    const fail = async () => {
      for (let n = 0; n < 3; n += 1) await ann.send(A, 'quiet', {}).catch(() => undefined);
      await expect(ann.send(A, 'quiet', {})).rejects.toMatchObject(refused);
    };
    await fail();
    await rooms.clock.advance(10 * 60_000);
    await expect(ann.send(A, 'quiet', {})).rejects.toMatchObject({ reason: undefined });
    await fail();
    await Promise.all([ann.leave(A), bob.leave(A)]);
    await rooms.clock.advance(200_000);
    await ann.join(A);
    await expect(ann.send(A, 'quiet', {})).rejects.toMatchObject({ reason: undefined });
  });

  it('is not what the room refuses, nor what a store fails at', async () => {
    const { rooms, ann } = await open(fragile());
    for (let n = 0; n < 10; n += 1)
      await expect(ann.send(A, 'refuse', { code: 'REJECTED' })).rejects.toMatchObject({ code: 'REJECTED' });
    const append = rooms.store.append.bind(rooms.store);
    for (let n = 0; n < 10; n += 1) {
      rooms.store.append = () => Promise.reject(new Error('connection lost'));
      const failed = expect(say(ann, 'x')).rejects.toMatchObject({ retryable: true });
      await rooms.settle();
      rooms.store.append = append;
      await rooms.clock.advance(70_000);
      await failed;
    }
    await say(ann, 'x');
  });
});

describe('a state that cannot be kept, which a command has saved', () => {
  const Odd = defineRoom({
    kind: 'odd',
    commands: { say: z.object({ text: z.string() }), spoil: z.object({}), blank: z.object({ id: z.string() }) },
    events: { said: z.object({ id: z.string(), text: z.string() }) },
  });
  const out = outputs(Odd);
  const machine = setup({ types: roomTypes<typeof Odd, { odd?: () => void }>() }).createMachine({
    context: {},
    on: {
      say: { actions: emit(({ event }) => out.said({ id: event.id, text: event.data.text })) },
      spoil: { actions: assign({ odd: () => () => undefined }) },
      blank: { actions: emit(({ event }) => out.room.redact(event.data.id)) },
    },
  });
  const B = 'odd/a';

  it("is that command's own fault: it is told so instead of trying again for ever, and its neighbours are not blamed", async () => {
    const rooms = await startTestRooms({ kinds: [roomKind(Odd, { logic: statechart(machine) })] });
    const [ann, bob] = [rooms.connect('ann'), rooms.connect('bob')];
    await ann.join(B);
    await bob.join(B);
    await ann.send(B, 'say', { text: 'secret' });
    await rooms.node.room(B).send('spoil', {}, { as: SYSTEM });
    const [{ id }] = ann.events('said').map(({ data }) => data) as [{ id: string }];
    let accepted = 0;
    const codes = new Set<unknown>();
    for (let n = 0; n < 8; n += 1) {
      const neighbour = bob.send(B, 'say', { text: `${n}` });
      const blank = ann.send(B, 'blank', { id });
      const outcomes = Promise.allSettled([neighbour, blank]);
      await rooms.clock.advance(20_000);
      const [said, blanked] = await outcomes;
      if (said?.status === 'fulfilled') accepted += 1;
      if (blanked?.status === 'rejected') codes.add((blanked.reason as { reason?: string }).reason);
      expect(blanked).toMatchObject({ status: 'rejected', reason: { code: 'INTERNAL' } });
    }
    expect(codes).toContain('quarantined');
    expect(accepted).toBeGreaterThan(3);
    await bob.send(B, 'say', { text: 'last' });
    expect(texts(bob.events()).at(-1)).toBe('last');
  });
});

it('a logger that fails costs no command and no room', async () => {
  const rooms = await startTestRooms({ kinds: [fragile()] });
  rooms.logged.push = () => {
    throw new Error('disk full');
  };
  const ann = rooms.connect('ann');
  await ann.join(A);
  await expect(ann.send(A, 'quiet', {})).rejects.toMatchObject({ code: 'INTERNAL' });
  await say(ann, 'x');
});
