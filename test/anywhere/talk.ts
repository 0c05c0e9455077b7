import { pause } from '../kit/within.js';
import { say, upTo, type Play } from './scene.js';

/** All that JSON has, and bytes. */
const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.1,
  1e300,
  5e-324,
  2 ** 53,
  -(2 ** 40),
  '',
  '\u0000\ufeff\u2028🦉',
  [],
  {},
  [[[[]]], { a: [null] }],
  { '': 1, '1': 'one', toString: 'x', length: 0, hasOwnProperty: null },
  { type: 'xstate.done', seq: 1, op: 'reply', ok: false, error: {} },
  nest(12),
  'x'.repeat(60_000),
  Array.from({ length: 900 }, (_, i) => i * 1.5),
];
function nest(levels: number): unknown {
  return levels === 0 ? 'deep' : { more: [nest(levels - 1)] };
}
const BYTES = [Uint8Array.of(), Uint8Array.of(0, 255, 128), new Uint8Array(30_000).fill(7)];

/** What is said in a room, and read there. */
export const TALK: Readonly<Record<string, Play>> = {
  'values, as data, events, replies, views and signals': async ({ me, room, note, come, bytes }) => {
    await me.join(room);
    const bob = await come('bob', 'there');
    await bob.join(room);
    const values = [...VALUES, ...BYTES.map(bytes)];
    for (const value of values) {
      const shown = await me.send(room, 'show', value);
      await upTo(me, room, shown.position.seq);
      note(me.room(room).events.at(-1)?.data);
      note((await me.send(room, 'ask', value)).data);
      await me.send(room, 'keep', value);
      note(await me.join(room));
      bob.signal(room, 'nod', value);
      await upTo(bob, room, shown.position.seq);
      note(bob.room(room).events.at(-1)?.data);
    }
    const signals = () => me.pushes.filter(({ op }) => op === 'signal');
    await me.when('all signals', () => signals().length === values.length);
    note(signals());
    note(await me.history(room));
  },

  'bytes are bytes to the machine, and to everybody': async ({ me, room, note, come, bytes }) => {
    await me.join(room);
    const bob = await come('bob', 'there');
    await bob.join(room);
    const { position } = await me.send(room, 'upload', bytes(Uint8Array.of(1, 2, 3)));
    for (const client of [me, bob]) await upTo(client, room, position.seq);
    for (const client of [me, bob]) note(client.room(room).events);
  },

  'repeats, here and on another node': async ({ me, room, note, come }) => {
    await me.join(room);
    note(await say(me, room, 'one', 'me:1'));
    note(await say(me, room, 'other words', 'me:1'));
    note(await me.send(room, 'ask', { big: 'x'.repeat(2000) }, 'big'));
    note(await me.send(room, 'ask', 'again', 'big'));
    note(await me.send(room, 'ask', 'small', 'small'));
    note(await me.send(room, 'ask', 'again', 'small'));
    note(await me.ask('send', { room, name: 'reject', data: { text: 'no' }, id: 'no' }));
    note(await say(me, room, 'now', 'no'));
    const there = await come('me', 'there');
    await there.join(room);
    note(await say(there, room, 'again', 'me:1'));
    const all = await Promise.all([1, 2, 3].map(() => say(me, room, 'at once', 'me:2')));
    note(all.map(({ duplicate }) => duplicate));
    note(all.map(({ position }) => position.seq));
    for (let n = 3; n < 300; n += 60)
      await Promise.all(Array.from({ length: 60 }, (_, i) => say(me, room, 'more', `me:${n + i}`)));
    note(await me.ask('send', { room, name: 'say', data: { text: 'forgotten' }, id: 'me:1' }));
    note(await me.ask('send', { room, name: 'say', data: { text: 'kept' }, id: 'me:302' }));
  },

  'history, page by page, of what one may see': async ({ me, room, note, come }) => {
    const bob = await come('bob', 'there');
    await bob.join(room);
    for (let i = 0; i < 7; i += 1) await say(bob, room, `before ${i}`);
    await me.join(room);
    for (let i = 0; i < 7; i += 1) await say(bob, room, `after ${i}`);
    const { position } = await bob.send(room, 'whisper', { to: ['bob'], text: 'psst' });
    const [, { data } = { data: undefined }] = bob.room(room).events.slice(-3);
    const hidden = await bob.send(room, 'redact', { id: (data as { readonly id: string }).id });
    await say(me, room, 'done');
    note([hidden.position.seq - position.seq]);
    note(await me.history(room));
    const page = await me.history(room, { limit: 3 });
    note(page);
    note(await me.history(room, { limit: 3, before: page.events[0]?.seq }));
    note(await me.history(room, { before: 1 }));
    note(await me.history(room, { before: 1_000_000 }));
  },

  'directed events, and where the next frame begins': async ({ me, room, note, come }) => {
    await me.join(room);
    const bob = await come('bob', 'there');
    await bob.join(room);
    await bob.send(room, 'whisper', { to: ['me'], text: 'one' });
    await bob.send(room, 'whisper', { to: ['bob'], text: 'two' });
    await bob.send(room, 'whisper', { to: ['nobody', 'me', 'me'], text: 'three' });
    await bob.send(room, 'hide', { from: 'me', text: 'four' });
    const { position } = await say(bob, room, 'five');
    await upTo(me, room, position.seq);
    note(me.pushes.filter(({ op }) => op === 'events'));
  },

  'a turn of many big events': async ({ me, room, note, come }) => {
    await me.join(room);
    const bob = await come('bob', 'there');
    await bob.join(room);
    const all = await Promise.all(Array.from({ length: 16 }, (_, i) => say(bob, room, `${i}${'x'.repeat(60_000)}`)));
    await upTo(me, room, Math.max(...all.map(({ position }) => position.seq)));
    note(me.room(room).texts.map((text) => text?.length));
    note((await me.history(room)).events.length);
  },

  'more unanswered than a member may have': async ({ room, note, come }) => {
    const bob = await come('bob');
    await bob.join(room);
    const replies = await Promise.all(
      Array.from({ length: 200 }, (_, i) => bob.ask('send', { room, name: 'say', data: { text: `${i}` } })),
    );
    // How many is for the machine to say.
    note(new Set(replies.map((reply) => (reply.ok ? 'done' : JSON.stringify(reply.error)))));
    const done = replies.filter(({ ok }) => ok).length;
    await bob.when('all that was done', () => bob.room(room).texts.length === done);
  },

  'what rings later': async ({ me, room, note }) => {
    await me.join(room);
    await me.send(room, 'later', { ms: 30 });
    await me.when('a ring', () => me.room(room).events.some(({ name }) => name === 'rang'));
    note(me.room(room).events);
  },

  'signals that are none of the room': async ({ me, room, note, come }) => {
    await me.join(room);
    const bob = await come('bob', 'there');
    bob.signal(room, 'nod', 'not in');
    await bob.join(room);
    bob.signal(room, 'dance', 'unknown');
    bob.signal(room, 'nod', 'hello');
    me.signal(room, 'nod', 'to others');
    note(await me.pushed('signal'));
    note(await bob.pushed('signal'));
    await pause(50);
    note(me.pushes.filter(({ op }) => op === 'signal').length);
  },
};
