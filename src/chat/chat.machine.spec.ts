import { describe, expect, test } from '@jest/globals';
import { Play } from '../play.fixture.js';
import { chatMachine, viewChat, type ChatState } from './chat.machine.js';
import { MAX_EDITS, PAST, SHOWN } from './messages.js';

const ann = { id: 'ann', name: 'Ann', role: 'member' };
const bob = { id: 'bob', name: 'Bob', role: 'member' };
const mod = { id: 'mod', name: 'Mod', role: 'moderator' };

const MINUTE = 60_000;
const room = () => new Play<ChatState>(chatMachine, { topic: 'cats' });
const refusal = (code: string, reason: string) => [{ type: 'room.reject', code, reason }];
/** Says something and returns its id. */
const said = (play: Play<ChatState>, text: string, by = ann): string => {
  play.send('say', { text }, by);
  return play.lastId;
};
const texts = (play: Play<ChatState>) => viewChat(play.context).messages.map(({ text }) => text);

describe('say', () => {
  test('a message has the id of its input, its author without claims, and the time of the input', () => {
    const play = room();
    const outputs = play.send('say', { text: 'hi' }, ann);
    const message = { id: play.lastId, from: { id: 'ann', name: 'Ann' }, text: 'hi', at: play.at };
    expect(outputs).toEqual([{ type: 'message', data: message }]);
    expect(viewChat(play.context)).toEqual({ topic: 'cats', messages: [message] });
  });

  test('the view shows the last messages only, and memory is bounded', () => {
    const play = room();
    for (let n = 0; n < SHOWN + PAST + 10; n++) said(play, `text ${n}`);
    expect(texts(play)).toHaveLength(SHOWN);
    expect(texts(play).at(-1)).toBe(`text ${SHOWN + PAST + 9}`);
    expect(play.context.messages.past).toHaveLength(PAST);
    expect(play.context.messages.past[0]?.id).toBe('input-11');
  });
});

describe('edit and remove', () => {
  test('an edit changes what the view shows and keeps the time it was said', () => {
    const play = room();
    const id = said(play, 'helo');
    const at = play.at;
    play.wait(500);
    expect(play.send('edit', { id, text: 'hello' }, ann)).toEqual([
      { type: 'edited', data: { id, text: 'hello', at: play.at } },
    ]);
    expect(viewChat(play.context).messages).toEqual([
      { id, from: { id: 'ann', name: 'Ann' }, text: 'hello', at, editedAt: at + 500 },
    ]);
  });

  test('removing a message redacts every input that carried its text', () => {
    const play = room();
    const id = said(play, 'secret');
    play.send('edit', { id, text: 'secret, spelt right' }, ann);
    const edit = play.lastId;
    expect(play.send('remove', { id }, ann)).toEqual([
      { type: 'room.redact', id },
      { type: 'room.redact', id: edit },
      { type: 'removed', data: { id } },
    ]);
    expect(JSON.stringify(play.context)).not.toContain('secret');
  });

  test('a message that has left the view can still be edited, and removed with all its texts', () => {
    const play = room();
    const id = said(play, 'old');
    for (let n = 0; n < SHOWN; n++) said(play, 'newer', bob);
    expect(texts(play)).not.toContain('old');
    expect(play.send('edit', { id, text: 'older' }, ann)).toHaveLength(1);
    const edit = play.lastId;
    expect(play.send('remove', { id }, bob)).toEqual(refusal('FORBIDDEN', 'not your message'));
    expect(play.send('remove', { id }, mod).map((output) => output['id'])).toEqual([id, edit, undefined]);
    expect(play.send('remove', { id }, mod)).toEqual(refusal('REJECTED', 'no such message'));
  });

  test.each(['edit', 'remove'])('%s: own messages, or a moderator', (command) => {
    const play = room();
    const id = said(play, 'mine');
    expect(play.send(command, { id, text: 'yours' }, bob)).toEqual(refusal('FORBIDDEN', 'not your message'));
    expect(texts(play)).toEqual(['mine']);
    expect(play.send(command, { id, text: 'ours' }, mod).at(-1)).toMatchObject({ data: { id } });
    expect(texts(play)).not.toContain('mine');
  });

  test.each(['unknown', '__proto__', 'constructor'])('a message %s is none', (id) => {
    const play = room();
    expect(play.send('edit', { id, text: 'x' }, mod)).toEqual(refusal('REJECTED', 'no such message'));
    expect(play.send('remove', { id }, mod)).toEqual(refusal('REJECTED', 'no such message'));
  });

  test('edits of one message are bounded, so that its removal can reach every text', () => {
    const play = room();
    const id = said(play, '0');
    for (let n = 1; n <= MAX_EDITS; n++) expect(play.send('edit', { id, text: `${n}` }, ann)).toHaveLength(1);
    expect(play.send('edit', { id, text: 'more' }, mod)).toEqual(refusal('REJECTED', 'edited too often'));
    expect(play.send('remove', { id }, ann)).toHaveLength(1 + MAX_EDITS + 1);
  });
});

describe('mute', () => {
  test('a muted member can neither say nor edit until it is over', () => {
    const play = room();
    const id = said(play, 'before');
    const until = play.at + 5 * MINUTE;
    expect(play.send('mute', { user: 'ann', minutes: 5 }, mod)).toEqual([
      { type: 'muted', data: { user: 'ann', until } },
    ]);
    expect(play.send('say', { text: 'x' }, ann)).toEqual(refusal('FORBIDDEN', 'muted'));
    expect(play.send('edit', { id, text: 'x' }, ann)).toEqual(refusal('FORBIDDEN', 'muted'));
    expect(play.send('say', { text: 'x' }, bob)).toHaveLength(1);
    play.wait(5 * MINUTE - 1);
    expect(play.send('say', { text: 'x' }, ann)).toEqual(refusal('FORBIDDEN', 'muted'));
    play.wait(1);
    expect(play.send('say', { text: 'after' }, ann)).toMatchObject([{ type: 'message' }]);
  });

  test('a mute of no minutes lifts an earlier one, and what is over is forgotten', () => {
    const play = room();
    play.send('mute', { user: 'ann', minutes: 5 }, mod);
    play.send('mute', { user: 'ann', minutes: 0 }, mod);
    expect(play.context.muted).toEqual([]);
    expect(play.send('say', { text: 'x' }, ann)).toMatchObject([{ type: 'message' }]);
  });

  test.each(['__proto__', 'constructor', 'toString'])('a user called %s is muted as any other', (id) => {
    const play = room();
    const odd = { ...ann, id };
    expect(play.send('say', { text: 'x' }, odd)).toMatchObject([{ type: 'message' }]);
    play.send('mute', { user: id, minutes: 5 }, mod);
    play.reload();
    expect(play.send('say', { text: 'x' }, odd)).toEqual(refusal('FORBIDDEN', 'muted'));
    expect(play.send('say', { text: 'x' }, ann)).toMatchObject([{ type: 'message' }]);
  });
});

describe('kick', () => {
  test('a kicked member is out, and may not join again for ten minutes', () => {
    const play = room();
    const until = play.at + 10 * MINUTE;
    expect(play.send('kick', { user: 'ann' }, mod)).toEqual([
      { type: 'kicked', data: { user: 'ann', until } },
      { type: 'room.kick', member: 'ann', reason: 'kicked' },
    ]);
    play.wait(10 * MINUTE - 1);
    expect(play.send('room.join', undefined, ann)).toEqual(refusal('FORBIDDEN', 'kicked'));
    expect(play.send('room.join', undefined, bob)).toEqual([]);
    play.wait(1);
    expect(play.send('room.join', undefined, ann)).toEqual([]);
  });
});

test.each([
  ['mute', { user: 'bob', minutes: 5 }],
  ['kick', { user: 'bob' }],
])('%s is for moderators', (command, data) => {
  const play = room();
  expect(play.send(command, data, ann)).toEqual(refusal('FORBIDDEN', 'not a moderator'));
  expect(play.context).toMatchObject({ muted: [], banned: [] });
});

test('a room that is saved and loaded goes on the same: messages, mutes and bans', () => {
  const script = (play: Play<ChatState>, between: () => void) => {
    const id = said(play, 'one');
    play.send('edit', { id, text: 'two' }, ann);
    play.send('mute', { user: 'bob', minutes: 5 }, mod);
    play.send('kick', { user: 'eve' }, mod);
    between();
    return [
      play.send('say', { text: 'x' }, bob),
      play.send('room.join', undefined, { ...ann, id: 'eve' }),
      play.send('remove', { id }, ann),
      play.context,
    ];
  };
  const loaded = room();
  expect(script(loaded, () => loaded.reload())).toEqual(script(room(), () => {}));
});
