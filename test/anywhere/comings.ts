import { Vault } from './fair.js';
import type { JoinReply } from '@greenroom/protocol';
import { say, type Play } from './scene.js';

/** Sessions that were given up may still be on their way out: how far the room is, is left out. */
const resumed = (reply: JoinReply): object => (reply.recovered ? { events: reply.events } : { view: reply.view });

/** Who comes in, stays, comes back and goes, and who may not. */
export const COMINGS: Readonly<Record<string, Play>> = {
  'every refusal, with its words': async ({ me, room, note, come }) => {
    const kind = room.slice(0, room.indexOf('/'));
    const send = (name: string, data?: unknown): object => ({ room, name, data });
    for (const op of ['members', 'history', 'leave'] as const) note(await me.ask(op, { room }));
    note(await me.ask('send', send('say', { text: 'early' })));
    note(await me.ask('join', { room, data: { ticket: 'none' } }));
    note(await me.ask('join', { room, data: { ticket: 'false' } }));
    note(await me.ask('join', { room, data: { ticket: 7 } }));
    note(await me.ask('join', { room, params: { title: 7 } }));
    note(await me.ask('join', { room: 'nowhere/a' }));
    note(await me.ask('join', { room: `${kind}/*` }));
    note(await me.ask('join', { room: 7 }));
    note(await me.ask('join', { room: `vault/none-${kind}` }));
    await me.join(room);
    note(await me.askAnything('dance', { room }));
    note(await me.ask('send', send('dance')));
    note(await me.ask('send', send('say', { text: 7 })));
    note(await me.ask('send', send('say')));
    note(await me.ask('send', send('reject', { text: 'not now' })));
    note(await me.ask('send', send('forbid', { text: 'not you' })));
    note(await me.ask('send', send('trip', {})));
    note(await me.ask('send', send('nothing', {})));
    note(await me.ask('send', { ...send('say', { text: 'x' }), id: 'i'.repeat(65) }));
    note(await me.ask('send', send('say', { text: 'x'.repeat(70_000) })));
    note(await me.ask('members', { room, limit: 0 }));
    note(await me.ask('history', { room, before: 'x' }));
    for (const name of ['bob', 'cid']) await (await come(name)).join(room);
    const late = await come('dan');
    note(await late.ask('join', { room }));
    note(await (await come('dan', 'there')).ask('join', { room }));
    await say(me, room, 'the end');
    note(await me.ask('leave', { room }));
    note(await me.ask('leave', { room }));
    note(await me.ask('send', send('say', { text: 'late' })));
  },

  'a join that makes the room, with what it is made with, and one that does not': async ({ me, room, note, come }) => {
    note(await me.join(room, { params: { title: 'one' } }));
    const bob = await come('bob', 'there');
    note(await bob.join(room, { params: { title: 'two' } }));
    note(await bob.ask('join', { room, params: { title: 2 } }));
    note(await me.ask('members', { room }));
    note(await me.ask('members', { room, limit: 1 }));
    note(await me.ask('members', { room, after: 'bob' }));
    note(await me.join(room));
  },

  'resuming: all, or a view, by the secret and without it': async ({ me, room, note, come }) => {
    const { position, session } = await me.join(room);
    const bob = await come('bob');
    await bob.join(room);
    for (const text of ['a', 'b', 'c']) await say(bob, room, text);
    await bob.send(room, 'whisper', { to: ['me'], text: 'for me' });
    await bob.send(room, 'whisper', { to: ['bob'], text: 'for bob' });
    await bob.send(room, 'hide', { from: 'me', text: 'not for me' });
    const last = await say(bob, room, 'd');
    const there = await come('me', 'there');
    note(resumed(await there.join(room, { session, since: position })));
    note(await me.pushed('closed'));
    note(await me.ask('send', { room, name: 'say', data: { text: 'out' } }));
    note(resumed(await me.join(room, { since: position })));
    note(resumed(await me.join(room, { session, since: { ...position, seq: last.position.seq } })));
    note(resumed(await me.join(room, { session, since: { ...position, seq: position.seq + 1000 } })));
    note(resumed(await me.join(room, { session, since: { epoch: 1, seq: 1 } })));
    note(resumed(await me.join(room, { session: 'no secret', since: position })));
    note(resumed(await (await come('eve')).join(room, { session, since: position })));
    note((await me.ask('join', { room, session, since: position, attempt: 3 })).ok);
    note((await there.ask('join', { room, session, since: position, attempt: 2 })).ok);
    note((await there.ask('join', { room, session, since: position, attempt: 4 })).ok);
  },

  'comings and goings': async ({ me, room, note, come }) => {
    await me.join(room);
    const bob = await come('bob', 'there');
    await bob.join(room);
    const { joined } = await me.pushed('presence', ({ joined }) => joined.some(({ id }) => id === 'bob'));
    note(joined.find(({ id }) => id === 'bob'));
    bob.close();
    note((await me.pushed('presence', ({ left }) => left.length > 0)).left);
    const cid = await come('cid', 'there');
    await cid.join(room);
    await me.pushed('presence', ({ joined }) => joined.some(({ id }) => id === 'cid'));
    await cid.ask('leave', { room });
    note((await me.pushed('presence', ({ left }) => left.some(({ id }) => id === 'cid'))).left);
  },

  'one who was kicked, and a room that is closed': async ({ me, room, note, come }) => {
    const bob = await come('bob', 'there');
    await bob.join(room);
    await me.join(room);
    await bob.send(room, 'kick', { who: 'me', why: 'noise' });
    note(await me.pushed('closed'));
    note(await me.ask('send', { room, name: 'say', data: { text: 'out' } }));
    await me.join(room);
    await bob.send(room, 'close', { why: 'it is late' });
    note(await me.when('the second', () => me.pushes.filter(({ op }) => op === 'closed')[1]));
    note(await me.ask('send', { room, name: 'say', data: { text: 'out' } }));
    // What is kept nowhere begins anew, once it has been unloaded.
    if (room.startsWith('tent/')) return;
    note(await me.ask('join', { room }));
    note(await (await come('bob')).ask('join', { room }));
  },

  'a connection that joins twice, and two of one user': async ({ me, room, note, come }) => {
    const one = await me.join(room);
    const two = await me.join(room);
    note([one.session === two.session, two.count]);
    const twin = await come('me', 'there');
    note(await twin.join(room));
    await me.ask('leave', { room });
    note(await twin.ask('members', { room }));
    await say(twin, room, 'still here');
    note(twin.room(room).texts);
  },

  'a renewed token tells the room what one is now': async ({ me, room, note, come }) => {
    const bob = await come('bob', 'there');
    await bob.join(room);
    note((await me.join(room)).me);
    note(await me.ask('auth', { token: 'me+gold' }));
    await say(me, room, 'with a badge');
    note(me.room(room).events);
    note(await bob.ask('members', { room }));
    note(await me.ask('auth', { token: 'bob' }));
  },

  'a room that only the server makes': async ({ me, room, note, rooms }) => {
    const id = room.slice(room.indexOf('/') + 1);
    const vault = `vault/${id}`;
    note(await me.ask('join', { room: vault }));
    await rooms.create(Vault, { title: 'made' }, id);
    note(await me.join(vault));
    note(await rooms.create(Vault, {}, id).catch((error: unknown) => (error as { code: string }).code));
    note(await rooms.room(Vault, id).send('say', { text: 'from the server' }));
    note(await rooms.room(Vault, id).view());
    await me.when('it', () => me.room(vault).texts.length === 1);
    note(me.room(vault).events);
    await rooms.room(Vault, id).kick('me', 'by the server');
    note(await me.pushed('closed'));
  },
};
