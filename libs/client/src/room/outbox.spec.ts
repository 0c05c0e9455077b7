import { describe, expect, it } from '@jest/globals';
import { RoomError } from '../room-error.js';
import { Outcome, Stage, type Asked } from '../stage.fixture.js';

const ok = { position: { epoch: 1, seq: 11 } };
const texts = (asked: readonly Asked[]): string[] => asked.map(({ data }) => (data as { text: string }).text);

describe('commands', () => {
  it('are sent in the order asked, 32 on their way at once', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    for (let i = 0; i < 40; i += 1) room.send('say', { text: `${i}` }).catch(() => {});
    const order = Array.from({ length: 40 }, (_, i) => `${i}`);
    expect(texts(stage.link.all('send'))).toEqual(order.slice(0, 32));
    stage.link.answer(stage.link.all('send')[3] as Asked, ok);
    expect(texts(stage.link.all('send'))).toEqual(order.slice(0, 33));
  });

  it('that may have been lost are sent again in the order asked, under the ids they had', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    for (const text of ['1', '2', '3']) room.send('say', { text }).catch(() => {});
    const before = stage.link.all('send');
    stage.link.answer(before[1] as Asked, ok);
    const link = await stage.reconnect();
    link.admit();
    expect(link.all('send').map(({ id }) => id)).toEqual([before[0]?.id, before[2]?.id]);
    expect(texts(link.all('send'))).toEqual(['1', '3']);
  });

  it('have an id each, never used again: not in another room, not when the room was left and joined again', async () => {
    const stage = new Stage();
    const a = await stage.joined('a');
    const b = await stage.joined('b');
    void a.send('say', {}).catch(() => {});
    void b.send('say', {}).catch(() => {});
    void a.leave();
    const again = await stage.joined('a');
    void again.send('say', {}).catch(() => {});
    const ids = stage.link.all('send').map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9]{8,}:\d+$/);
  });

  it('are what they were when they were asked, whatever becomes of their data', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    stage.link.end();
    const data = { text: 'before', more: { bytes: new Uint8Array([1]) } };
    room.send('say', data).catch(() => {});
    data.text = 'after';
    data.more.bytes[0] = 2;
    await stage.pass(1000);
    stage.link.open();
    stage.link.admit();
    expect(stage.link.last('send').data).toEqual({ text: 'before', more: { bytes: { $bytes: 'AQ==' } } });
  });

  it('that wait are bounded: one more is refused BUSY, the others are not', async () => {
    const stage = new Stage({ queueLimit: 3 });
    const room = await stage.joined();
    stage.link.end();
    const sent = Array.from({ length: 5 }, (_, i) => new Outcome(room.send('say', { text: `${i}` })));
    await stage.pass();
    expect(sent.map(({ code }) => code)).toEqual([undefined, undefined, undefined, 'BUSY', 'BUSY']);
    await stage.pass(1000);
    const link = stage.link.open();
    link.admit();
    for (const asked of link.all('send')) link.answer(asked, ok);
    await stage.pass();
    expect(sent.map(({ value }) => value !== undefined)).toEqual([true, true, true, false, false]);
  });

  it.each([0, 257, Number.NaN])('cannot wait in a queue of %d', (queueLimit) => {
    expect(() => new Stage({ queueLimit })).toThrow(RangeError);
  });
});

describe('data that cannot travel', () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;

  it.each<[string, unknown]>([
    ['a cycle', cycle],
    ['a bigint', { n: 1n }],
    ['a reserved key', { $bytes: 'AQ==' }],
  ])('rejects its own send alone: %s', async (_, data) => {
    const stage = new Stage();
    const room = await stage.joined();
    const bad = new Outcome(room.send('say', data));
    const good = new Outcome(room.send('say', { text: 'hi' }));
    stage.link.answer(stage.link.last('send'), ok);
    await stage.pass();
    // A RangeError for a cycle.
    expect((bad.code as Error).name).toMatch(/^(?:Type|Range)Error$/);
    expect(good.value).toMatchObject(ok);
    expect(stage.link.all('send')).toHaveLength(1);
  });

  it('is what no server takes, above 1 MiB: TOO_LARGE at once', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const largest = '€'.repeat(349_000);
    const outcomes = [
      new Outcome(room.send('say', { text: `${largest}${largest}` })),
      new Outcome(room.send('say', { text: largest })),
    ];
    await stage.pass();
    expect(outcomes.map(({ code }) => code)).toEqual(['TOO_LARGE', undefined]);
    expect(stage.link.all('send')).toHaveLength(1);
  });
});

describe('a command that is not answered in time', () => {
  it('is UNAVAILABLE when it was never sent', async () => {
    const stage = new Stage({ timeoutMs: 5000 });
    const room = await stage.joined();
    stage.link.end();
    const sent = new Outcome(room.send('say', {}));
    await stage.pass(5000);
    expect(sent.code).toBe('UNAVAILABLE');
  });

  it('is UNAVAILABLE when it was asked while the link went', async () => {
    const stage = new Stage({ timeoutMs: 5000 });
    const room = await stage.joined();
    const sent: Outcome<unknown>[] = [];
    stage.client.onStatus(({ state }) => {
      if (state === 'waiting') sent.push(new Outcome(room.send('say', {})));
    });
    stage.environment.luck = 1;
    stage.link.end();
    await stage.pass(5000);
    expect(sent[0]?.code).toBe('UNAVAILABLE');
  });

  it('is what the server said last when it was refused', async () => {
    const stage = new Stage({ timeoutMs: 5000 });
    const room = await stage.joined();
    const sent = new Outcome(room.send('say', {}));
    stage.link.refuse(stage.link.last('send'), 'BUSY', { retryAfterMs: 60_000 });
    await stage.pass(5000);
    expect(sent.code).toBe('BUSY');
  });

  it('is UNKNOWN_OUTCOME when it may have taken effect', async () => {
    const stage = new Stage({ timeoutMs: 5000 });
    const room = await stage.joined();
    const onItsWay = new Outcome(room.send('say', {}));
    await stage.pass(5000);
    expect(onItsWay.code).toBe('UNKNOWN_OUTCOME');
    const lost = new Outcome(room.send('say', {}));
    stage.link.end();
    await stage.pass(5000);
    expect(lost.code).toBe('UNKNOWN_OUTCOME');
  });

  it('is not sent any more, and what is behind it goes on', async () => {
    const stage = new Stage({ timeoutMs: 5000 });
    const room = await stage.joined();
    stage.link.end();
    room.send('say', { text: 'old' }).catch(() => {});
    await stage.pass(4000);
    room.send('say', { text: 'new' }).catch(() => {});
    await stage.pass(2000);
    stage.link.open();
    stage.link.admit();
    expect(texts(stage.link.all('send'))).toEqual(['new']);
  });
});

describe('a command that is refused', () => {
  it('for now is sent again, after as long as the server says', async () => {
    const stage = new Stage();
    stage.environment.luck = 0;
    const room = await stage.joined();
    const sent = new Outcome(room.send('say', {}));
    stage.link.refuse(stage.link.last('send'), 'RATE_LIMITED', { retryAfterMs: 700 });
    await stage.pass(699);
    expect(stage.link.all('send')).toHaveLength(1);
    await stage.pass(1);
    const [first, second] = stage.link.all('send');
    expect(second).toEqual(first);
    stage.link.answer(second as Asked, ok);
    await stage.pass();
    expect(sent.value).toMatchObject(ok);
  });

  it('for now is not overtaken by those behind it', async () => {
    const stage = new Stage();
    stage.environment.luck = 1;
    const room = await stage.joined();
    room.send('say', { text: '1' }).catch(() => {});
    stage.link.refuse(stage.link.last('send'), 'BUSY');
    for (const text of ['2', '3']) room.send('say', { text }).catch(() => {});
    expect(texts(stage.link.all('send'))).toEqual(['1']);
    await stage.pass(100);
    expect(texts(stage.link.all('send'))).toEqual(['1', '1']);
    stage.link.answer(stage.link.last('send'), ok);
    expect(texts(stage.link.all('send'))).toEqual(['1', '1', '2', '3']);
  });

  it('for now together with others is one trouble, not many: it is asked again soon', async () => {
    const stage = new Stage();
    stage.environment.luck = 1;
    const room = await stage.joined();
    for (let i = 0; i < 32; i += 1) room.send('say', {}).catch(() => {});
    for (const asked of stage.link.all('send')) stage.link.refuse(asked, 'BUSY');
    await stage.pass(100);
    expect(stage.link.all('send')).toHaveLength(33);
  });

  it('for good rejects with all that the server said', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const sent = room.send('say', {});
    const rest = new Outcome(room.send('say', {}));
    stage.link.refuse(stage.link.all('send')[0] as Asked, 'REJECTED', { reason: 'muted' });
    stage.link.answer(stage.link.all('send')[1] as Asked, ok);
    await expect(sent).rejects.toThrow(RoomError);
    await expect(sent).rejects.toMatchObject({ code: 'REJECTED', reason: 'muted', retryable: false });
    expect(rest.value).toMatchObject(ok);
  });

  it('because one is no member joins again, and is sent then', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const sent = new Outcome(room.send('say', {}));
    stage.link.refuse(stage.link.last('send'), 'NOT_A_MEMBER');
    expect(room.status).toEqual({ state: 'away' });
    await stage.pass(250);
    stage.link.admit();
    stage.link.answer(stage.link.last('send'), ok);
    await stage.pass();
    expect(sent.value).toMatchObject(ok);
  });

  it('by a door that it had passed before, has an unknown outcome: only the room itself knows', async () => {
    const stage = new Stage();
    const room = await stage.joined();
    const [byDoor, byRoom] = [new Outcome(room.send('say', {})), new Outcome(room.send('say', {}))];
    const link = await stage.reconnect();
    link.admit();
    link.refuse(link.all('send')[0] as Asked, 'FORBIDDEN');
    link.refuse(link.all('send')[1] as Asked, 'REJECTED', { reason: 'muted' });
    await stage.pass();
    expect(byDoor.code).toBe('UNKNOWN_OUTCOME');
    expect(byRoom.code).toBe('REJECTED');
  });
});

it('questions wait and are asked again like commands, and never have an unknown outcome', async () => {
  const stage = new Stage({ timeoutMs: 15_000 });
  const room = await stage.joined();
  const history = new Outcome(room.history({ before: 5 }));
  const link = await stage.reconnect();
  link.admit();
  expect(link.last('history')).toMatchObject({ room: 'hall/a', before: 5 });
  link.answer(link.last('history'), { events: [], more: false });
  const members = new Outcome(room.listMembers());
  await stage.pass(15_000);
  expect(history.value).toEqual({ events: [], more: false });
  expect(members.code).toBe('UNAVAILABLE');
});
