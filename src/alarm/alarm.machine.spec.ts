import { expect, test } from '@jest/globals';
import { Play } from '../play.fixture.js';
import { alarmMachine, viewAlarm } from './alarm.machine.js';

const ann = { id: 'ann', name: 'Ann' };

test('an alarm is armed when set and rings when due, by the times of its inputs', () => {
  const play = new Play(alarmMachine);
  const setAt = play.at;
  expect(play.send('set', { ms: 1000 }, ann)).toEqual([]);
  expect(play.snapshot).toMatchObject({ value: 'armed' });
  play.wait(1003);
  expect(play.fire('due', 'armed')).toEqual([{ type: 'rang', data: { setAt, at: setAt + 1003 } }]);
  expect(play.snapshot).toMatchObject({ value: 'rang' });
});

test('an alarm that is saved and loaded still rings', () => {
  const play = new Play(alarmMachine);
  const setAt = play.at;
  play.send('set', { ms: 1000 }, ann);
  play.reload().wait(5000);
  expect(play.fire('due', 'armed')).toEqual([{ type: 'rang', data: { setAt, at: setAt + 5000 } }]);
});

test('an alarm that is set again starts anew, armed or rung', () => {
  const play = new Play(alarmMachine);
  play.send('set', { ms: 1000 }, ann);
  play.wait(10).send('set', { ms: 2000 }, ann);
  expect(play.context).toEqual({ setAt: play.at, ms: 2000 });
  play.fire('due', 'armed');
  play.send('set', { ms: 1 }, ann);
  expect(play.snapshot).toMatchObject({ value: 'armed' });
});

test('the view tells when an armed alarm is due', () => {
  expect(viewAlarm('armed', { setAt: 5, ms: 10 })).toEqual({ state: 'armed', due: 15 });
  expect(viewAlarm('rang', { setAt: 5, ms: 10 })).toEqual({ state: 'rang' });
});
