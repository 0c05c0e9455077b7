import { expect, it } from '@jest/globals';
import { Outcome, Stage } from '../stage.fixture.js';

/** As the server counts. */
class Bucket {
  #tokens: number;
  #at: number;
  refused = 0;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly now: () => number,
  ) {
    this.#tokens = burst;
    this.#at = now();
  }

  take(): void {
    this.#tokens = Math.min(this.burst, this.#tokens + ((this.now() - this.#at) * this.perSecond) / 1000);
    this.#at = this.now();
    if (this.#tokens < 1) this.refused += 1;
    else this.#tokens -= 1;
  }
}

it('256 commands that waited for a link go out in order, no faster than the server takes them', async () => {
  const stage = new Stage();
  const limits = { commands: { perSecond: 50, burst: 100 } };
  const room = await stage.joined('a', limits);
  stage.link.end();
  const sent = Array.from({ length: 256 }, (_, i) => new Outcome(room.send('say', { text: `${i}` })));
  await stage.pass(1000);
  const link = stage.link.open({}, limits);
  const bucket = new Bucket(50, 100, () => stage.clock.now());
  link.onSent = (asked) => {
    bucket.take();
    stage.clock.after(40, () => link.answer(asked, { position: { epoch: 1, seq: 11 } }));
  };
  link.admit();
  await stage.pass(6000);
  expect(link.all('send').map(({ data }) => (data as { text: string }).text)).toEqual(sent.map((_, i) => `${i}`));
  expect(bucket.refused).toBe(0);
  expect(sent.every(({ value }) => value !== undefined)).toBe(true);
});

it('a server that names no rate is asked as fast as one likes', async () => {
  const stage = new Stage();
  const room = await stage.joined();
  for (let i = 0; i < 200; i += 1) {
    room.send('say', {}).catch(() => {});
    stage.link.answer(stage.link.last('send'), { position: { epoch: 1, seq: 11 } });
  }
  expect(stage.link.all('send')).toHaveLength(200);
});
