import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { startTestRooms } from '@greenroom/testing';
import { lab } from './lab.fixture.js';

const A = 'lab/a';

const collectGarbage = async (): Promise<void> => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  // What was looked at in this round of the event loop is kept for as long as it lasts.
  await new Promise(setImmediate);
  gc();
};

it('who sits in a room keeps nothing of what joining it brought', async () => {
  const views: WeakRef<object>[] = [];
  const view = (): object => {
    const shown = { said: [] };
    views.push(new WeakRef(shown));
    return shown;
  };
  const rooms = await startTestRooms({ kinds: [{ ...lab(), view }] });
  const ann = rooms.connect('ann');
  await ann.join(A);
  await ann.send(A, 'say', { text: 'hi' });
  await rooms.clock.advance(10_000);
  await collectGarbage();
  expect(views.map((each) => each.deref())).toEqual([undefined]);
  expect(await ann.send(A, 'say', { text: 'still here' })).toBeDefined();
});
