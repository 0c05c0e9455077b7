import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { emit, setup } from 'xstate';
import { z } from 'zod';
import {
  createRoomsNode,
  defineRoom,
  MemoryRoomStore,
  outputs,
  roomKind,
  roomTypes,
  statechart,
  type RoomsNode,
} from '@greenroom/rooms';
import { CARRIERS, GatewayApp } from './app.fixture.js';

const Chat = defineRoom({
  kind: 'chat',
  commands: { say: z.object({ text: z.string() }) },
  events: { message: z.object({ text: z.string() }) },
  signals: { typing: z.object({ on: z.boolean() }) },
});
const out = outputs(Chat);
const machine = setup({ types: roomTypes<typeof Chat, object>() }).createMachine({
  context: {},
  on: { say: { actions: emit(({ event }) => out.message({ text: event.data.text })) } },
});

let app: GatewayApp;
let node: RoomsNode;
beforeEach(async () => {
  node = createRoomsNode({ store: new MemoryRoomStore() });
  node.register(roomKind(Chat, { logic: statechart(machine), historyFor: 'all' }));
  await node.start();
  app = await GatewayApp.start({ node });
});
afterEach(async () => {
  await app.stop();
  await node.drain();
});

describe.each(CARRIERS)('the engine over %s', (_, connect) => {
  it('has what many say at once in one turn, so in one frame for each member', async () => {
    const people = Array.from({ length: 12 }, (_, n) => connect(app, `p${n}`));
    await Promise.all(people.map((person) => person.ask('join', { room: 'chat/cats' })));
    await Promise.all(
      people.map((person, n) => person.ask('send', { room: 'chat/cats', name: 'say', data: { text: `${n}` } })),
    );
    for (const person of people) {
      const frames = person.pushes.all.filter(({ op }) => op === 'events') as { events?: unknown[] }[];
      expect(frames.flatMap(({ events }) => events ?? [])).toHaveLength(12);
      // One, unless the operating system hands over what was sent in two goes.
      expect(frames.length).toBeLessThan(6);
    }
  });

  it('carries joins, commands, signals, history and a resume after a lost socket', async () => {
    const [ann, ben] = [connect(app, 'ann'), connect(app, 'ben')];
    const joined = await ann.ask('join', { room: 'chat/cats' });
    expect(joined).toMatchObject({ ok: true, me: { id: 'ann' }, count: 1 });
    await ben.ask('join', { room: 'chat/cats' });
    const say = (text: string) => ann.ask('send', { room: 'chat/cats', name: 'say', data: { text } });
    const replies = await Promise.all(['one', 'two', 'three'].map(say));
    expect(replies.map(({ ok }) => ok)).toEqual([true, true, true]);
    if ('io' in ann.socket) ann.socket.emit('signal', { room: 'chat/cats', name: 'typing', data: { on: true } });
    else void ann.ask('signal', { room: 'chat/cats', name: 'typing', data: { on: true } });
    expect(await ben.next('signal')).toMatchObject({ name: 'typing', data: { on: true }, by: { id: 'ann' } });
    const texts = ben.pushes.all.flatMap(({ events }) => (events ?? []) as { data: { text: string } }[]);
    expect(texts.map(({ data }) => data.text)).toEqual(['one', 'two', 'three']);
    expect(await ben.ask('history', { room: 'chat/cats' })).toMatchObject({ ok: true, more: false });

    ann.socket.close();
    await ann.closed;
    await ben.ask('send', { room: 'chat/cats', name: 'say', data: { text: 'missed' } });
    const again = connect(app, 'ann');
    const { position, session } = replies[2] as { position: unknown; session?: unknown } & typeof joined;
    expect(session).toBeUndefined();
    expect(await again.ask('join', { room: 'chat/cats', session: joined['session'], since: position })).toMatchObject({
      ok: true,
      recovered: true,
      events: [{ data: { text: 'missed' } }],
    });
  });

  it("tells the app once that a connection's part in a room is over, whoever ended it", async () => {
    const [ann, ben, cat] = [connect(app, 'ann'), connect(app, 'ben'), connect(app, 'cat')];
    for (const each of [ann, ben, cat]) await each.ask('join', { room: 'chat/cats' });
    await ann.ask('leave', { room: 'chat/cats' });
    await node.room('chat/cats').kick('ben', 'enough');
    expect(await ben.next('closed')).toMatchObject({ room: 'chat/cats', code: 'FORBIDDEN', reason: 'enough' });
    await ben.ask('ping');
    cat.socket.close();
    await cat.closed;
    while (app.admission.lefts.length < 3) await new Promise((resolve) => setImmediate(resolve));
    expect(app.admission.lefts).toEqual(['ann chat/cats', 'ben chat/cats', 'cat chat/cats']);
  });

  it('has told the sender of its event when the reply arrives, and refuses what the engine refuses', async () => {
    const ann = connect(app, 'ann');
    await ann.ask('join', { room: 'chat/cats' });
    expect(await ann.ask('send', { room: 'chat/cats', name: 'say', data: { text: 'hi' } })).toMatchObject({ ok: true });
    expect(ann.pushes.all.filter(({ op }) => op === 'events')).toHaveLength(1);
    expect(await ann.ask('members', { room: 'chat/dogs' })).toMatchObject({ error: { code: 'NOT_A_MEMBER' } });
    expect(await ann.ask('leave', { room: 'chat/cats' })).toMatchObject({ ok: true });
    expect(await ann.ask('history', { room: 'chat/cats' })).toMatchObject({ error: { code: 'NOT_A_MEMBER' } });
  });
});
