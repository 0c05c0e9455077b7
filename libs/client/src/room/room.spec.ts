import { describe, expect, it } from '@jest/globals';
import type { MembersChange } from './roster.js';
import type { Room } from './room.js';
import { ANN, said, Stage } from '../stage.fixture.js';

type Meta = { readonly seq: number };
const hear = (room: Room): number[] => {
  const seen: number[] = [];
  room.on('said', (_: unknown, { seq }: Meta) => seen.push(seq));
  return seen;
};
const directedTo = (seq: number) => ({ ...said(seq), name: 'whispered' });

describe('events', () => {
  it('are told once, in order, when they come twice', async () => {
    const stage = new Stage();
    const seen = hear(await stage.joined());
    stage.link.events(10, [said(11), said(12)]);
    stage.link.events(10, [said(11), said(12)]);
    stage.link.events(11, [said(12), said(13)]);
    expect(seen).toEqual([11, 12, 13]);
  });

  it('with one missing before them are not told: all that is missing is asked for, and told in order', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const seen = hear(room);
    stage.link.events(11, [said(12)]);
    stage.link.events(12, [said(13)]);
    expect(seen).toEqual([]);
    expect(stage.link.all('join')).toHaveLength(2);
    expect(stage.link.last('join')).toMatchObject({ since: { seq: 10 }, session: 's1' });
    stage.link.admit(13, { recovered: true, events: [said(11), said(12), said(13)] });
    stage.link.events(13, [said(14)]);
    expect(seen).toEqual([11, 12, 13, 14]);
    expect(room.status).toEqual({ state: 'joined' });
  });

  it('that came while a gap was filled are not told again', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const seen = hear(room);
    stage.link.events(11, [said(12)]);
    // What was missing comes after all, and more than the answer has.
    stage.link.events(10, [said(11), said(12)]);
    stage.link.events(12, [said(13)]);
    stage.link.admit(12, { recovered: true, events: [said(11), said(12)] });
    stage.link.events(12, [said(13)]);
    expect(seen).toEqual([11, 12, 13]);
    expect(room.position.seq).toBe(13);
  });

  it('come with what is known of them, and the position is theirs', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const told: unknown[] = [];
    room.on('said', (data: unknown, meta: unknown) => told.push(data, meta, room.position.seq));
    stage.link.events(10, [{ ...said(11, 'hi'), by: ANN }, said(12, 'ho')]);
    expect(told).toEqual([{ text: 'hi' }, { seq: 11, at: 11, by: ANN }, 11, { text: 'ho' }, { seq: 12, at: 12 }, 12]);
  });

  it('that the room has blanked are not told, and are no gap', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const seen = hear(room);
    const link = await stage.reconnect();
    const blanked = { ...said(11), data: null, redacted: true as const };
    link.admit(12, { recovered: true, events: [blanked, said(12)] });
    expect(seen).toEqual([12]);
    expect(stage.environment.reported).toEqual([]);
  });

  it('of another room, or of none that was joined, are not told', async () => {
    const stage = new Stage();
    const seen = hear(await stage.joined());
    stage.link.events(10, [said(11)], 11, 'hall/b');
    expect(seen).toEqual([]);
  });
});

describe('what was missed', () => {
  it('and is not kept any more is a reset: the new view, then what comes after it', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const told: unknown[] = [];
    room.on('room.reset', ({ view, position }: { view: unknown; position: Meta }) => told.push(view, position.seq));
    room.on('said', (_: unknown, { seq }: Meta) => told.push(seq));
    const link = await stage.reconnect();
    link.admit(90, { view: { said: 80 } });
    link.events(90, [said(91)]);
    expect(told).toEqual([{ said: 80 }, 90, 91]);
    expect(room.view).toEqual({ said: 80 });
  });

  it('and cannot be sent is a reset, said by the server', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const seen = hear(room);
    let resets = 0;
    room.on('room.reset', () => (resets += 1));
    const bob = { id: 'bob', name: 'Bob' };
    const reset = { view: { said: 8 }, members: [ANN, bob], reason: 'slow reader' };
    stage.link.push({ op: 'reset', room: 'hall/a', position: { epoch: 1, seq: 50 }, ...reset });
    stage.link.events(50, [said(51)]);
    expect([resets, room.view, seen, room.members]).toEqual([1, { said: 8 }, [51], [ANN, bob]]);
  });

  it('of a room that has begun anew is a reset, to where it stands now', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const seen = hear(room);
    const link = await stage.reconnect();
    link.admit(3, { position: { epoch: 2, seq: 3 } });
    link.push({ op: 'events', room: 'hall/a', epoch: 2, from: 3, to: 4, events: [said(4)] });
    expect(seen).toEqual([4]);
    expect(room.position).toEqual({ epoch: 2, seq: 4 });
  });
});

describe('the first listener', () => {
  it('is told all since the join, though it came late', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    stage.link.events(10, [said(11)]);
    stage.link.events(11, [said(12)]);
    expect(room.position.seq).toBe(10);
    const seen = hear(room);
    stage.link.admit(12, { recovered: true, events: [said(11), said(12)] });
    stage.link.events(12, [said(13)]);
    expect(seen).toEqual([11, 12, 13]);
    expect(stage.link.all('join')).toHaveLength(2);
  });

  it('is told what was for its member alone, though what is for all follows it without a gap', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    // A turn of directed events does not move what the next one begins at.
    stage.link.events(10, [directedTo(11)]);
    const seen = hear(room);
    room.on('whispered', (_: unknown, { seq }: Meta) => seen.push(seq));
    stage.link.events(10, [said(12)]);
    stage.link.admit(12, { recovered: true, events: [directedTo(11), said(12)] });
    stage.link.events(12, [said(13)]);
    expect(seen).toEqual([11, 12, 13]);
  });

  it('asks for nothing when nothing has happened', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    stage.link.events(10, [], 15);
    expect(room.position.seq).toBe(15);
    hear(room);
    expect(stage.link.all('join')).toHaveLength(1);
  });

  it('is told what happened while the link was away, too', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const link = await stage.reconnect();
    link.admit(12, { recovered: true, events: [said(11), said(12)] });
    const seen = hear(room);
    expect(link.last('join')).toMatchObject({ since: { seq: 10 } });
    link.admit(12, { recovered: true, events: [said(11), said(12)] });
    expect(seen).toEqual([11, 12]);
  });

  it('of news alone takes no events away', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    room.on('room.members', () => {});
    room.onSignal('typing', () => {});
    stage.link.events(10, [said(11)]);
    expect(room.position.seq).toBe(10);
  });
});

describe('a listener', () => {
  it('that throws is reported, and keeps no other from hearing', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    room.on('said', () => {
      throw new Error('mine');
    });
    const seen = hear(room);
    stage.link.events(10, [said(11), said(12)]);
    expect(seen).toEqual([11, 12]);
    expect(stage.environment.reported).toEqual([new Error('mine'), new Error('mine')]);
  });

  it('that was stopped is not called any more, not even for the event at hand', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const seen: string[] = [];
    room.on('said', () => {
      seen.push('first');
      stop();
    });
    const stop = room.on('said', () => seen.push('second'));
    stage.link.events(10, [said(11)]);
    expect(seen).toEqual(['first']);
  });

  it('that is added by another hears from the next event on', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const seen: number[] = [];
    room.once('said', () => room.on('said', (_: unknown, { seq }: Meta) => seen.push(seq)));
    stage.link.events(10, [said(11), said(12)]);
    expect(seen).toEqual([12]);
  });

  it('added twice hears twice; each is stopped for itself', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const seen: number[] = [];
    const listener = (_: unknown, { seq }: Meta) => seen.push(seq);
    const stop = room.on('said', listener);
    room.on('said', listener);
    stage.link.events(10, [said(11)]);
    stop();
    stop();
    stage.link.events(11, [said(12)]);
    expect(seen).toEqual([11, 11, 12]);
  });

  it('for once hears the next event alone', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const seen: number[] = [];
    room.once('said', (_: unknown, { seq }: Meta) => seen.push(seq));
    const stop = room.once('said', (_: unknown, { seq }: Meta) => seen.push(-seq));
    stop();
    stage.link.events(10, [said(11), said(12)]);
    expect(seen).toEqual([11]);
  });

  it.each<[string, (stage: Stage, room: Room) => void]>([
    ['leaves', (_, room) => void room.leave()],
    ['closes the client', ({ client }) => client.close()],
  ])('that %s hears no more, of the same frame neither', async (_, end) => {
    const stage = new Stage();
    const room = await stage.joined();
    const seen: number[] = [];
    room.on('said', (__: unknown, { seq }: Meta) => {
      seen.push(seq);
      end(stage, room);
    });
    const others = hear(room);
    stage.link.events(10, [said(11), said(12)]);
    stage.link.events(12, [said(13)]);
    expect(seen).toEqual([11]);
    expect(others).toEqual([11]);
    expect(stage.environment.reported).toEqual([]);
  });
});

describe('a for await loop', () => {
  const take = async (room: Room, count: number): Promise<unknown[]> => {
    const taken: unknown[] = [];
    for await (const event of room) {
      taken.push('seq' in event ? event.seq : event.name);
      if (taken.length === count) break;
    }
    return taken;
  };

  it('has events and resets in order, and ends when the room is left', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const taken = take(room, 100);
    stage.link.events(10, [said(11), said(12)]);
    const link = await stage.reconnect();
    link.admit(90);
    link.events(90, [said(91)]);
    void room.leave();
    expect(await taken).toEqual([11, 12, 'room.reset', 91]);
    expect(await take(room, 1)).toEqual([]);
  });

  it('ends when the client is closed', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const taken = take(room, 100);
    stage.link.events(10, [said(11)]);
    stage.client.close();
    expect(await taken).toEqual([11]);
  });

  it('fails when the server ends the room, after what was told before', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const seen: number[] = [];
    const looping = (async () => {
      for await (const event of room) if ('seq' in event) seen.push(event.seq);
    })();
    stage.link.events(10, [said(11)]);
    stage.link.push({ op: 'closed', room: 'hall/a', code: 'FORBIDDEN', reason: 'kicked' });
    await expect(looping).rejects.toMatchObject({ code: 'FORBIDDEN', reason: 'kicked' });
    expect(seen).toEqual([11]);
    await expect(take(room, 1)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('that is a thousand events behind fails, and hears of it', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const loop = room[Symbol.asyncIterator]();
    const many = Array.from({ length: 1001 }, (_, i) => said(11 + i));
    stage.link.events(10, many.slice(0, 1000));
    stage.link.events(1010, many.slice(1000));
    await expect(loop.next()).rejects.toMatchObject({ code: 'BUSY' });
    expect(await loop.next()).toEqual({ done: true, value: undefined });
  });

  it('that was broken off keeps nothing; another begins where it is', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const first = take(room, 1);
    stage.link.events(10, [said(11), said(12)]);
    expect(await first).toEqual([11]);
    const second = take(room, 1);
    stage.link.events(12, [said(13)]);
    expect(await second).toEqual([13]);
  });

  it('may be asked for several at once: each gets its own', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const loop = room[Symbol.asyncIterator]();
    const three = Promise.all([loop.next(), loop.next(), loop.next()]);
    stage.link.events(10, [said(11), said(12)]);
    void room.leave();
    const taken = await three;
    expect(taken.map(({ value }) => (value as Meta | undefined)?.seq)).toEqual([11, 12, undefined]);
  });
});

describe('members', () => {
  const bob = { id: 'bob', name: 'Bob' };
  const presence = (stage: Stage, at: number, joined: object[], left: string[], count: number): void =>
    stage.link.push({
      op: 'presence',
      room: 'hall/a',
      at,
      joined: joined as (typeof bob)[],
      left: left.map((id) => ({ id, reason: 'left' })),
      count,
    });

  it('are those of the join, and whoever came and went since: what is older is in the list already', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const changes: MembersChange[] = [];
    room.on('room.members', (change: MembersChange) => changes.push(change));
    presence(stage, 10, [], ['ann'], 0);
    expect([room.members, room.count]).toEqual([[ANN], 1]);
    const before = room.members;
    presence(stage, 11, [bob], [], 2);
    expect([room.members, room.count]).toEqual([[ANN, bob], 2]);
    expect(room.members).not.toBe(before);
    expect(room.members).toBe(room.members);
    presence(stage, 12, [], ['bob'], 1);
    expect(room.members).toEqual([ANN]);
    expect(changes).toEqual([
      { joined: [bob], left: [] },
      { joined: [], left: [{ id: 'bob', reason: 'left' }] },
    ]);
  });

  it('that came and went while the link was away are told when it is back', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    presence(stage, 11, [bob], [], 2);
    const changes: MembersChange[] = [];
    room.on('room.members', (change: MembersChange) => changes.push(change));
    const cat = { id: 'cat', name: 'Cat' };
    const link = await stage.reconnect();
    link.admit(20, { recovered: true, events: [], members: [ANN, cat], count: 2 });
    expect(changes).toEqual([{ joined: [cat], left: [{ id: 'bob' }] }]);
    expect(room.members).toEqual([ANN, cat]);
  });
});

describe('signals', () => {
  it('are heard by name, with who they are from', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const heard: unknown[] = [];
    const stop = room.onSignal('typing', (data: unknown, by: unknown) => heard.push(data, by));
    stage.link.push({ op: 'signal', room: 'hall/a', name: 'typing', data: { on: true }, by: ANN });
    stop();
    stage.link.push({ op: 'signal', room: 'hall/a', name: 'typing', data: { on: false }, by: ANN });
    expect(heard).toEqual([{ on: true }, ANN]);
  });

  it('are sent while one is in the room, else dropped', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    room.signal('typing', { on: true });
    expect(stage.link.last('signal')).toMatchObject({ room: 'hall/a', name: 'typing', data: { on: true } });
    const link = await stage.reconnect();
    room.signal('typing', { on: false });
    link.admit();
    expect(link.all('signal')).toEqual([]);
  });
});

it('a push that is not known is not for us', async () => {
  const stage = new Stage();
  const room = await stage.joined();
  stage.link.push({ op: 'state', room: 'hall/a', epoch: 1, seq: 11 });
  expect(room.status).toEqual({ state: 'joined' });
  expect(stage.environment.reported).toEqual([]);
});

it('a command goes by the id it is given, or else by one that no other has', async () => {
  const stage = new Stage();
  const room = await stage.joined();
  for (const options of [{ id: 'mine' }, undefined, {}]) void room.send('say', { text: 'hi' }, options);
  const [mine, ...others] = stage.link.all('send').map(({ id }) => id);
  expect(mine).toBe('mine');
  expect(new Set(others).size).toBe(2);
});
