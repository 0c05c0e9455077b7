import { VirtualClock } from '@greenroom/testing';
import { expect, it } from '@jest/globals';
import {
  GapError,
  MovedError,
  NotAMemberError,
  RejectedError,
  UnansweredError,
  UnavailableError,
  UnknownOutcomeError,
} from '../errors.js';
import type { Asker } from '../room/asker.js';
import type { Request } from '../room/request.js';
import { Line, type Call, type InLine } from './line.js';

const VIEW: Request = { type: 'view', viewer: undefined };
const COMMAND: Request = {
  type: 'command',
  name: 'say',
  data: {},
  commandId: 'c:1',
  session: undefined,
  as: { id: 'ann', name: 'Ann' },
};

const setUp = () => {
  const clock = new VirtualClock();
  const handed: { readonly owner: string; readonly number: number; readonly inLine: InLine; readonly asker: Asker }[] =
    [];
  const ended = new Map<number, unknown>();
  const world = { owner: 'n1' as string | undefined, emptied: 0, rounds: 0, asked: Promise.resolve() };
  const line = new Line(
    {
      locate: async () => {
        const { asked } = world;
        await asked;
        return world.owner;
      },
      isWanted: ({ deadline }) => deadline > clock.now(),
      nextRound: () => (world.rounds += 1),
      hand: (owner, { number }, inLine, asker) => void handed.push({ owner, number, inLine, asker }),
      emptied: () => (world.emptied += 1),
    },
    clock,
  );
  const call = (number: number, request: Request = COMMAND, timeoutMs = 5000): Call => ({
    request,
    deadline: clock.now() + timeoutMs,
    number,
    resolve: (reply) => void ended.set(number, reply),
    fail: (error) => void ended.set(number, error),
  });
  const asked = () => handed.map(({ owner, number }) => `${owner} ${number}`);
  return { clock, line, handed, ended, world, call, asked };
};

it('calls that come back go on to the next owner in the order in which they were made, before any that came later', async () => {
  const { clock, line, handed, world, call, asked } = setUp();
  for (const number of [1, 2, 3]) line.put(call(number));
  await clock.advance(0);
  line.put(call(4));
  await clock.advance(0);
  world.owner = 'n2';
  // Whoever has gone turns them away as it comes.
  for (const i of [2, 0, 3, 1]) handed[i]?.asker.reject(new MovedError());
  line.put(call(5));
  await clock.advance(300);
  expect(asked().slice(4)).toEqual(['n2 1', 'n2 2', 'n2 3', 'n2 4', 'n2 5']);
});

it('what comes back while it is asked whose the room is goes first all the same', async () => {
  const { clock, line, handed, world, call, asked } = setUp();
  line.put(call(1));
  await clock.advance(0);
  let answer = (): void => {};
  world.asked = new Promise((resolve) => (answer = resolve));
  line.put(call(2));
  handed[0]?.asker.reject(new MovedError());
  await clock.advance(0);
  answer();
  await clock.advance(300);
  expect(asked()).toEqual(['n1 1', 'n1 1', 'n1 2']);
});

it('what waits to be asked again is asked at once, in its order, when the room may have another owner', async () => {
  const { clock, line, handed, world, call, asked } = setUp();
  for (const number of [1, 2]) line.put(call(number));
  // Its owner has gone, and nobody knows yet: the pauses get longer.
  for (let tries = 0; tries < 5; tries += 1) {
    await clock.advance(200);
    for (const { asker } of handed.splice(0)) asker.reject(new MovedError());
  }
  line.put(call(3));
  world.owner = 'n2';
  await clock.advance(100);
  expect(asked()).toEqual([]);
  line.hurry();
  await clock.advance(0);
  expect(asked()).toEqual(['n2 1', 'n2 2', 'n2 3']);
  // It has nothing to wait for.
  line.hurry();
  await clock.advance(1000);
  expect(asked()).toHaveLength(3);
});

it('an owner is asked nothing as long as another owes an answer', async () => {
  const { clock, line, handed, ended, world, call, asked } = setUp();
  line.put(call(1));
  await clock.advance(0);
  world.owner = 'n2';
  line.put(call(2));
  await clock.advance(1000);
  expect(asked()).toEqual(['n1 1']);
  handed[0]?.asker.resolve('done');
  await clock.advance(1000);
  expect(asked()).toEqual(['n1 1', 'n2 2']);
  expect(ended.get(1)).toBe('done');
});

it('a refusal of the room is the answer, and holds nobody up', async () => {
  const { clock, line, handed, ended, world, call } = setUp();
  line.put(call(1));
  await clock.advance(0);
  handed[0]?.asker.reject(new RejectedError('no'));
  await clock.advance(0);
  expect(ended.get(1)).toMatchObject({ code: 'REJECTED' });
  expect([handed.length, world.emptied]).toEqual([1, 1]);
});

it('what was not answered is asked again where a repeat is known as one, and is unknown elsewhere', async () => {
  const { clock, line, handed, ended, call, asked } = setUp();
  line.put(call(1));
  line.put(call(2, VIEW));
  await clock.advance(0);
  for (const { asker } of handed) asker.reject(new UnansweredError());
  await clock.advance(300);
  expect(asked()).toEqual(['n1 1', 'n1 2', 'n1 1']);
  expect(ended.get(2)).toMatchObject({ code: 'UNKNOWN_OUTCOME' });
});

it('that nothing was done is not said of what an owner may have done before', async () => {
  const { clock, line, handed, ended, world, call } = setUp();
  line.put(call(1));
  await clock.advance(0);
  handed[0]?.asker.reject(new UnansweredError());
  world.owner = undefined;
  await clock.advance(300);
  expect(ended.get(1)).toBeInstanceOf(UnknownOutcomeError);
});

it('nor is what the next owner refuses, which may have the room anew', async () => {
  const { clock, line, handed, ended, call } = setUp();
  line.put(call(1));
  await clock.advance(0);
  handed[0]?.asker.reject(new UnansweredError());
  await clock.advance(300);
  handed[1]?.asker.reject(new NotAMemberError());
  expect(ended.get(1)).toMatchObject({ code: 'UNKNOWN_OUTCOME', cause: { code: 'NOT_A_MEMBER' } });
});

it('nobody is asked once time is up: nothing was done, and that is the answer', async () => {
  const { clock, line, handed, ended, call } = setUp();
  line.put(call(1, COMMAND, 300));
  for (let i = 0; !ended.has(1); i += 1) {
    while (handed[i] === undefined) await clock.advance(10);
    handed[i]?.asker.reject(new MovedError());
  }
  expect(ended.get(1)).toBeInstanceOf(UnavailableError);
  const times = handed.length;
  await clock.advance(1000);
  expect(handed).toHaveLength(times);
});

it('of a room that nobody can place, all who wait are told, and the next are asked for afresh', async () => {
  const { clock, line, ended, world, call, asked } = setUp();
  world.owner = undefined;
  line.put(call(1));
  line.put(call(2));
  await clock.advance(0);
  expect([ended.get(1), ended.get(2)]).toMatchObject([{ code: 'UNAVAILABLE' }, { code: 'UNAVAILABLE' }]);
  world.owner = 'n1';
  line.put(call(3));
  await clock.advance(0);
  expect(asked()).toEqual(['n1 3']);
});

it('what is under way at a time is one round, numbered through; the next is another', async () => {
  const { clock, line, handed, call } = setUp();
  line.put(call(1));
  line.put(call(2));
  await clock.advance(0);
  handed[0]?.asker.resolve('done');
  line.put(call(3));
  await clock.advance(0);
  handed[1]?.asker.reject(new MovedError());
  handed[2]?.asker.reject(new MovedError());
  await clock.advance(300);
  expect(handed.map(({ number, inLine }) => [number, inLine.round, inLine.index])).toEqual([
    [1, 1, 0],
    [2, 1, 1],
    [3, 1, 2],
    [2, 2, 0],
    [3, 2, 1],
  ]);
});

it('what the owner says has not come is asked again at once, and a late answer to it is nobody’s', async () => {
  const { clock, line, handed, ended, call, asked } = setUp();
  for (const number of [1, 2, 3, 4]) line.put(call(number));
  await clock.advance(0);
  // The second is lost: the owner takes the third for a gap, and nothing after it. The first is still being done.
  handed[2]?.asker.reject(new GapError(1));
  handed[3]?.asker.reject(new MovedError());
  await clock.advance(300);
  expect(asked()).toHaveLength(4);
  handed[0]?.asker.resolve('done');
  await clock.advance(300);
  expect(asked().slice(4)).toEqual(['n1 2', 'n1 3', 'n1 4']);
  handed[1]?.asker.resolve('late');
  handed[4]?.asker.resolve('in time');
  expect([ended.get(1), ended.get(2)]).toEqual(['done', 'in time']);
});

it('after a call that could not be done another round begins, once all are back', async () => {
  const { clock, line, handed, ended, call } = setUp();
  line.put(call(1));
  line.put(call(2));
  await clock.advance(0);
  handed[0]?.asker.reject(new UnavailableError());
  line.put(call(3));
  await clock.advance(300);
  expect([handed.length, ended.get(1)]).toMatchObject([2, { code: 'UNAVAILABLE' }]);
  handed[1]?.asker.reject(new UnavailableError());
  await clock.advance(20);
  expect(handed.map(({ number, inLine }) => [number, inLine.round, inLine.index])).toEqual([
    [1, 1, 0],
    [2, 1, 1],
    [3, 2, 0],
  ]);
});
