import { expect, test } from '@jest/globals';
import { Play } from '../play.fixture.js';
import { echoMachine } from './echo.machine.js';

const ann = { id: 'ann', name: 'Ann' };
const room = () => new Play(echoMachine);

test('say comes back to all, with who and when', () => {
  const play = room();
  expect(play.send('say', { text: 'hi' }, ann)).toEqual([
    { type: 'message', data: { from: 'ann', text: 'hi', at: play.at } },
  ]);
});

test('add is answered to the one who asked', () => {
  expect(room().send('add', { a: 2, b: 3 }, ann)).toEqual([{ type: 'room.reply', data: { sum: 5 } }]);
});

test('boom throws inside the machine and says nothing', () => {
  const play = room();
  expect(play.send('boom', {}, ann)).toEqual([]);
  expect(play.snapshot).toMatchObject({ status: 'error', error: { message: expect.stringContaining('boom') } });
});

test('a whisper is for one member alone', () => {
  expect(room().send('whisper', { to: 'bob', text: 'psst' }, ann)).toEqual([
    { type: 'whispered', data: { from: 'ann', text: 'psst' }, to: 'bob' },
  ]);
});

test('later rings when its delay is over, not before, and once', () => {
  const play = room();
  expect(play.send('later', { ms: 500 }, ann)).toEqual([]);
  expect(play.context).toEqual({ ms: 500 });
  expect(play.send('say', { text: 'meanwhile' }, ann)).toHaveLength(1);
  expect(play.fire('later', 'waiting')).toEqual([{ type: 'rang', data: {} }]);
  expect(play.fire('later', 'waiting')).toEqual([]);
});

test('a later that is armed again waits anew', () => {
  const play = room();
  play.send('later', { ms: 500 }, ann);
  play.send('later', { ms: 900 }, ann);
  expect(play.snapshot).toMatchObject({ value: 'waiting', context: { ms: 900 } });
});
