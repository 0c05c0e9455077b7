import { describe, expect, it } from '@jest/globals';
import { Outcome, said, Stage } from '../stage.fixture.js';

const HOUR = 3_600_000;

describe('a link on which nothing is heard', () => {
  it('is asked for a sign of life after 25 s, and given up 15 s later', async () => {
    const stage = new Stage();
    await stage.joined();
    await stage.pass(24_999);
    expect(stage.link.all('ping')).toEqual([]);
    await stage.pass(1);
    expect(stage.link.all('ping')).toHaveLength(1);
    await stage.pass(14_999);
    expect(stage.links).toHaveLength(1);
    await stage.pass(1);
    expect(stage.client.status.state).toBe('waiting');
    expect(stage.link.isClosed).toBe(true);
  });

  it('is kept as long as it answers', async () => {
    const stage = new Stage();
    await stage.joined();
    stage.link.onSent = (asked) => {
      if (asked.op === 'ping') stage.link.answer(asked);
    };
    await stage.pass(HOUR);
    expect(stage.links).toHaveLength(1);
    expect(stage.states).toEqual(['connecting', 'online']);
    expect(stage.link.all('ping').length).toBeGreaterThan(90);
  });

  it('is not asked while it speaks by itself', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    room.on('said', () => {});
    for (let seq = 11; seq < 40; seq += 1) {
      await stage.pass(20_000);
      stage.link.events(seq - 1, [said(seq)]);
    }
    expect(stage.link.all('ping')).toEqual([]);
  });

  it('is found out no later because this machine has set its clock back', async () => {
    const stage = new Stage();
    await stage.joined();
    stage.clock.set(stage.clock.now() - HOUR);
    await stage.pass(60_000);
    expect(stage.client.status.state).not.toBe('online');
  });
});

it('a link that died while the machine slept for an hour is found out within 40 s, and nothing is lost', async () => {
  const stage = new Stage();
  const room = await stage.joined();
  const seen: number[] = [];
  room.on('said', (_: unknown, { seq }: { seq: number }) => seen.push(seq));
  stage.clock.set(stage.clock.now() + HOUR);
  await stage.pass(40_250);
  stage.link.open();
  expect(stage.link.last('join')).toMatchObject({ since: { epoch: 1, seq: 10 }, session: 's1' });
  stage.link.admit(12, { recovered: true, events: [said(11), said(12)] });
  expect(seen).toEqual([11, 12]);
});

it('what is sent on a link that has died unseen is sent again on the next, before its time is up', async () => {
  const stage = new Stage();
  const room = await stage.joined();
  await stage.pass(1000);
  const sent = new Outcome(room.send('say', { text: 'hi' }));
  await stage.pass(15_000);
  const link = stage.link.open();
  expect(stage.links).toHaveLength(2);
  link.admit();
  link.answer(link.last('send'), { position: { epoch: 1, seq: 11 }, duplicate: true });
  await stage.pass();
  expect(sent.value).toEqual({ position: { epoch: 1, seq: 11 }, data: undefined, duplicate: true });
});

describe('a server that takes its time', () => {
  it('keeps its link as long as something comes, though one answer is long in coming', async () => {
    const stage = new Stage({ timeoutMs: 60_000 });
    const room = await stage.joined();
    const sent = new Outcome(room.send('say', { text: 'hi' }));
    for (let i = 0; i < 10; i += 1) {
      await stage.pass(5000);
      stage.link.push({ op: 'signal', room: 'hall/a', name: 'typing', data: {}, by: { id: 'bob' } });
    }
    expect(stage.links).toHaveLength(1);
    stage.link.answer(stage.link.last('send'), { position: { epoch: 1, seq: 11 } });
    await stage.pass();
    expect(sent.value?.position.seq).toBe(11);
  });

  it('is not blamed for what has not been sent to it yet', async () => {
    const stage = new Stage({ timeoutMs: 600_000 });
    const limits = { commands: { perSecond: 1, burst: 4 } };
    const rooms = [await stage.joined('a', limits), await stage.joined('b'), await stage.joined('c')];
    stage.link.onSent = (asked) => {
      stage.link.answer(asked, { position: { epoch: 1, seq: 11 } });
    };
    const sent = rooms.flatMap((room) => Array.from({ length: 30 }, () => new Outcome(room.send('say', {}))));
    await stage.pass(120_000);
    expect(stage.links).toHaveLength(1);
    expect(sent.every(({ value }) => value !== undefined)).toBe(true);
  });
});
