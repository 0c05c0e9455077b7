import { afterAll, afterEach, expect, it } from '@jest/globals';
import { Room, RoomsModule } from '@greenroom/nestjs';
import { defineRoom, MemoryRoomStore, outputs, roomTypes } from '@greenroom/rooms';
import { UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { emit, setup } from 'xstate';
import { z } from 'zod';
import { Apps, byName } from './kit/app.js';
import type { Client } from './kit/client.js';
import { carrierOf, CARRIERS, Clients } from './kit/clients.js';
import { pause, within } from './kit/within.js';

const Slow = defineRoom({
  kind: 'slow',
  commands: { say: z.object({ text: z.string(), waitMs: z.number(), meets: z.boolean() }) },
  events: { said: z.object({ text: z.string() }) },
});
const out = outputs(Slow);
const machine = setup({ types: roomTypes<typeof Slow, object>() }).createMachine({
  context: {},
  on: { say: { actions: emit(({ event }) => out.said({ text: event.data.text })) } },
});

const OTHERS = 50;
const GUARD_MS = 30;
const ROUNDS = 5;

/** In their guards now, of those who wait for each other there. Who waited for somebody else's command would keep all of them there. */
const meeting: (() => void)[] = [];

/** Takes its time, as one that asks a database does; of the others until all are there. */
class Waits implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { waitMs = 0, meets = false } = context.switchToWs().getData<Wait | undefined>() ?? {};
    if (meets)
      await new Promise<void>((resolve) => {
        meeting.push(resolve);
        if (meeting.length === OTHERS) for (const go of meeting.splice(0)) go();
      });
    await pause(waitMs);
    return true;
  }
}

interface Wait {
  readonly waitMs?: number;
  readonly meets?: boolean;
}

@Room(Slow, { machine, historyFor: 'all' })
@UseGuards(Waits)
class SlowRoom {}

const apps = new Apps();
const clients = new Clients();
afterEach(() => clients.close());
afterAll(() => apps.close());

it.each(CARRIERS)(
  `three commands through guards of 30, 20 and 10 ms are applied as sent, over %s, while ${OTHERS} others are in theirs, all at the same time`,
  async (carrier) => {
    const rooms = RoomsModule.forRoot({ store: new MemoryRoomStore(), authenticator: byName, rateLimit: false });
    const url = await apps.start({ imports: [rooms], providers: [SlowRoom] });
    const open = (of: typeof carrier, token: string): Promise<Client> =>
      clients.connect(url, of, { token, transports: ['websocket'] }).opened();
    const ann = await open(carrier, 'ann');
    const others = await Promise.all(Array.from({ length: OTHERS }, (_, i) => open(carrierOf(i), `other-${i}`)));
    const room = 'slow/a';
    await ann.join(room);
    await Promise.all(others.map((other, i) => other.join(`slow/other-${i}`)));

    const round = async (name: string): Promise<number> => {
      const own = [30, 20, 10].map((waitMs) =>
        ann.send(room, 'say', { text: `${name}: ${waitMs}`, waitMs, meets: false }),
      );
      const data = { text: name, waitMs: GUARD_MS, meets: true };
      const theirs = others.map((other, i) => other.send(`slow/other-${i}`, 'say', data));
      const sentAt = performance.now();
      await within('all others, in their guards at the same time', Promise.all(theirs));
      const tookMs = performance.now() - sentAt;
      const seqs = (await Promise.all(own)).map(({ position }) => position.seq);
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
      return tookMs;
    };
    await round('warm-up');
    await round('warm-up again');
    const times: number[] = [];
    for (let i = 0; i < ROUNDS; i += 1) times.push(await round(`round ${i}`));

    const { events } = await ann.history(room, { limit: 1000 });
    const own = events.filter(({ by }) => by?.id === 'ann').map(({ data }) => (data as { text: string }).text);
    const names = ['warm-up', 'warm-up again', ...Array.from({ length: ROUNDS }, (_, i) => `round ${i}`)];
    expect(own).toEqual(names.flatMap((name) => [`${name}: 30`, `${name}: 20`, `${name}: 10`]));
    process.stdout.write(
      `${carrier}: ${OTHERS} others took ${times.map(Math.round).join(', ')} ms; serial: ${OTHERS * GUARD_MS}\n`,
    );
    // A timer of Node's may be a millisecond early.
    expect(Math.min(...times)).toBeGreaterThanOrEqual(GUARD_MS - 1);
  },
);
