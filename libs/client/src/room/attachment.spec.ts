import { describe, expect, it } from '@jest/globals';
import type { JoinRequest } from './room.js';
import { Outcome, said, Stage } from '../stage.fixture.js';

describe('joining', () => {
  it('twice is one join, and the same room', async () => {
    const stage = new Stage();
    const [one, two] = [stage.client.join('hall', 'a'), stage.client.join('hall', 'a', { data: 'other' })];
    await stage.pass();
    stage.link.open().admit();
    expect(await one).toBe(await two);
    expect(await stage.client.join('hall', 'a')).toBe(await one);
    expect(stage.link.all('join')).toHaveLength(1);
  });

  it('brings params and data, each time the same, whatever becomes of them', async () => {
    const stage = new Stage();
    const request = { params: { topic: 'cats' }, data: { team: 'red' } };
    const joining = stage.client.join('hall', 'a', request);
    request.data.team = 'blue';
    await stage.pass();
    stage.link.open().admit();
    await joining;
    request.params.topic = 'dogs';
    const link = await stage.reconnect();
    expect(link.last('join')).toMatchObject({ params: { topic: 'cats' }, data: { team: 'red' } });
  });

  it.each<[string, JoinRequest]>([
    ['a bigint', { data: 1n }],
    ['a reserved key', { params: { constructor: 1 } }],
  ])('with what cannot travel rejects, and leaves the other rooms alone: %s', async (_, request) => {
    const stage = new Stage();
    const bad = new Outcome(stage.client.join('hall', 'bad', request));
    const good = stage.client.join('hall', 'a');
    await stage.pass();
    stage.link.open().admit();
    expect((await good).status).toEqual({ state: 'joined' });
    await stage.pass();
    expect(bad.code).toBeInstanceOf(TypeError);
    const again = new Outcome(stage.client.join('hall', 'bad'));
    await stage.pass();
    stage.link.admit();
    await stage.pass();
    expect(again.value?.status).toEqual({ state: 'joined' });
  });

  it('an id that is none rejects with a TypeError', async () => {
    const stage = new Stage();
    await expect(stage.client.join('hall', '../etc')).rejects.toThrow(TypeError);
    expect(stage.client.status).toEqual({ state: 'idle' });
  });

  it('that is refused for good rejects, and may be tried again', async () => {
    const stage = new Stage();
    const refused = new Outcome(stage.client.join('hall', 'a'));
    await stage.pass();
    stage.link.open();
    stage.link.refuse(stage.link.last('join'), 'FORBIDDEN');
    await stage.pass();
    expect(refused.code).toBe('FORBIDDEN');
    expect((await stage.joined()).status).toEqual({ state: 'joined' });
    expect(stage.link.all('leave')).toEqual([]);
  });

  it('that is refused for now is tried again, after as long as the server says', async () => {
    const stage = new Stage();
    stage.environment.luck = 0;
    const joining = stage.client.join('hall', 'a');
    await stage.pass();
    stage.link.open();
    stage.link.refuse(stage.link.last('join'), 'BUSY', { retryAfterMs: 700 });
    await stage.pass(699);
    expect(stage.link.all('join')).toHaveLength(1);
    await stage.pass(1);
    stage.link.admit();
    expect((await joining).status).toEqual({ state: 'joined' });
  });

  it('that is not answered in time rejects; the server is told to forget it, behind the join', async () => {
    const stage = new Stage({ timeoutMs: 5000 });
    const joining = new Outcome(stage.client.join('hall', 'a'));
    await stage.pass();
    stage.link.open();
    await stage.pass(5000);
    expect(joining.code).toBe('UNAVAILABLE');
    expect(stage.link.sent.map(({ op }) => op)).toEqual(['join', 'leave']);
    stage.link.admit();
    await stage.pass();
    expect(stage.environment.reported).toEqual([]);
  });

  it('that was refused for now until its time was up says why', async () => {
    const stage = new Stage({ timeoutMs: 5000 });
    const joining = new Outcome(stage.client.join('hall', 'a'));
    await stage.pass();
    stage.link.open();
    stage.link.refuse(stage.link.last('join'), 'RATE_LIMITED', { retryAfterMs: 60_000 });
    await stage.pass(5000);
    expect(joining.code).toBe('RATE_LIMITED');
  });
});

describe('leaving', () => {
  it('resolves when the server knows; what waits is rejected NOT_A_MEMBER', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const onItsWay = new Outcome(room.send('say', {}));
    const left = new Outcome(room.leave());
    const late = new Outcome(room.send('say', {}));
    await stage.pass();
    expect(left.isSettled).toBe(false);
    stage.link.answer(stage.link.last('send'), { position: { epoch: 1, seq: 11 } });
    stage.link.answer(stage.link.last('leave'));
    await stage.pass();
    expect(left.isSettled).toBe(true);
    expect(late.code).toBe('NOT_A_MEMBER');
    expect(onItsWay.value).toMatchObject({ position: { seq: 11 } });
    expect(room.status).toEqual({ state: 'ended' });
  });

  it('while joining rejects the join, and the server is told behind it', async () => {
    const stage = new Stage();
    const statuses: string[] = [];
    const joining = new Outcome(stage.client.join('hall', 'a'));
    await stage.pass();
    stage.link.open();
    stage.client.close();
    await stage.pass();
    expect(joining.isSettled).toBe(true);
    expect(stage.link.sent.map(({ op }) => op)).toEqual(['join', 'leave']);
    expect(statuses).toEqual([]);
  });

  it('while offline resolves at once', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    stage.link.end();
    const waiting = new Outcome(room.send('say', {}));
    await room.leave();
    expect(room.status).toEqual({ state: 'ended' });
    expect(waiting.code).toBe('NOT_A_MEMBER');
    await stage.pass(1000);
    stage.link.open();
    expect(stage.link.sent).toEqual([]);
  });

  it('twice is leaving once', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    void room.leave();
    await room.leave();
    expect(stage.link.all('leave')).toHaveLength(1);
  });

  it('and joining again at once is another room, which hears nothing of the first', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const seen: number[] = [];
    room.on('said', (_: unknown, { seq }: { seq: number }) => seen.push(seq));
    void room.leave();
    const joining = stage.client.join('hall', 'a');
    stage.link.events(10, [said(11)]);
    expect(stage.link.sent.map(({ op }) => op)).toEqual(['join', 'leave', 'join']);
    stage.link.admit(12);
    const again = await joining;
    again.on('said', (_: unknown, { seq }: { seq: number }) => seen.push(seq));
    stage.link.events(12, [said(13)]);
    expect(again).not.toBe(room);
    expect(seen).toEqual([13]);
    expect(stage.link.last('join').session).toBeUndefined();
  });

  it('is told before a join that its own listeners ask for', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    room.on('room.status', () => void stage.client.join('hall', 'a'));
    void room.leave();
    expect(stage.link.sent.map(({ op }) => op)).toEqual(['join', 'leave', 'join']);
  });

  it('is told when a listener leaves in what was missed', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const seen: number[] = [];
    room.on('said', (_: unknown, { seq }: { seq: number }) => {
      seen.push(seq);
      void room.leave();
    });
    const link = await stage.reconnect();
    link.admit(12, { recovered: true, events: [said(11), said(12)] });
    expect(seen).toEqual([11]);
    expect(link.all('leave')).toHaveLength(1);
    expect(room.status).toEqual({ state: 'ended' });
  });
});

describe('a place that is lost', () => {
  it('with the link is taken up again by its secret, from where one stands', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    room.on('said', () => {});
    stage.link.events(10, [said(11)]);
    const link = await stage.reconnect();
    expect(link.last('join')).toMatchObject({ room: 'hall/a', session: 's1', since: { epoch: 1, seq: 11 } });
    link.admit(11, { recovered: true, events: [], session: 's2' });
    expect((await stage.reconnect()).last('join').session).toBe('s2');
  });

  it('is asked for by a join with a higher number each time, so that none that is late has it', async () => {
    const stage = new Stage();
    const numbers = [];
    await stage.joined();
    for (let i = 0; i < 3; i += 1) {
      numbers.push(stage.link.last('join').attempt);
      await stage.reconnect();
    }
    expect(numbers).toEqual([1, 2, 3]);
  });

  it('although the link is there is taken up again, after as long as the server says', async () => {
    const stage = new Stage();
    stage.environment.luck = 0;
    const room = await stage.joined();
    stage.link.push({ op: 'closed', room: 'hall/a', code: 'UNAVAILABLE', reason: 'full', retryAfterMs: 700 });
    expect(room.status).toEqual({ state: 'away' });
    await stage.pass(699);
    expect(stage.link.all('join')).toHaveLength(1);
    await stage.pass(1);
    stage.link.admit();
    expect(room.status).toEqual({ state: 'joined' });
  });

  it('for good ends the room, and says why', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const waiting = new Outcome(room.send('say', {}));
    stage.link.push({ op: 'closed', room: 'hall/a', code: 'FORBIDDEN', reason: 'kicked' });
    expect(room.status).toMatchObject({ state: 'ended', error: { code: 'FORBIDDEN', reason: 'kicked' } });
    await expect(room.send('say', {})).rejects.toMatchObject({ code: 'FORBIDDEN', reason: 'kicked' });
    stage.link.refuse(stage.link.last('send'), 'NOT_A_MEMBER');
    await stage.pass();
    expect(waiting.code).toBe('NOT_A_MEMBER');
    await stage.pass(10_000);
    expect(stage.link.sent.map(({ op }) => op)).toEqual(['join', 'send']);
  });

  it('with a token that has ended is taken up again', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    stage.link.push({ op: 'closed', room: 'hall/a', code: 'UNAUTHENTICATED', reason: 'expired' });
    const link = await stage.reconnect();
    link.admit();
    expect(room.status).toEqual({ state: 'joined' });
  });

  it('and refused for good when it is taken up again ends the room', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const statuses: string[] = [];
    room.on('room.status', ({ state }: { state: string }) => statuses.push(state));
    const link = await stage.reconnect();
    link.refuse(link.last('join'), 'ROOM_CLOSED', { reason: 'over' });
    expect(room.status).toMatchObject({ state: 'ended', error: { code: 'ROOM_CLOSED', reason: 'over' } });
    expect(statuses).toEqual(['away', 'ended']);
  });
});

it("a room's status goes from joined to away to joined to ended, each told once, when it is so", async () => {
  const stage = new Stage();
  const room = await stage.joined();
  const statuses: string[] = [];
  room.on('room.status', (status: { state: string }) => {
    statuses.push(status.state);
    expect(room.status).toBe(status);
  });
  expect(room.status).toEqual({ state: 'joined' });
  const link = await stage.reconnect();
  link.admit(10, { recovered: true, events: [] });
  // Filling a gap is not being away.
  room.on('said', () => {});
  link.events(20, [said(21)]);
  link.admit(21, { recovered: true, events: [said(21)] });
  void room.leave();
  expect(statuses).toEqual(['away', 'joined', 'ended']);
});
