import { afterEach, expect, test } from '@jest/globals';
import { BusyError, defineRoom, RejectedError, type SendResult } from '@greenroom/rooms';
import { UseInterceptors, type CallHandler, type ExecutionContext } from '@nestjs/common';
import { catchError, ignoreElements, map, of, repeat, retry, throwError, timeout, type Observable } from 'rxjs';
import { z } from 'zod';
import { Room } from '../decorators/room.decorator.js';
import { noLogic } from '../fake-node.fixture.js';
import { joined, RoomsApp, type Outcome } from '../rooms-app.fixture.js';

const Chat = defineRoom({ kind: 'chat', commands: { say: z.object({}) }, events: {} });

let app: RoomsApp;
afterEach(() => app.close());

type Change = (reply: Observable<unknown>) => Observable<unknown>;
const start = async (change: Change): Promise<void> => {
  @Room(Chat, { logic: noLogic })
  @UseInterceptors({ intercept: (_: ExecutionContext, next: CallHandler) => change(next.handle()) })
  class ChatRoom {}
  app = await RoomsApp.start({ rooms: [ChatRoom] });
};
const POSITION = { epoch: 1, seq: 7 };
const accepted = async (): Promise<SendResult> => ({ position: POSITION, data: 1 });
const say = async (change: Change, go: () => Promise<SendResult> = accepted): Promise<Outcome> => {
  await start(change);
  return app.command(Chat, 'say', {}, go);
};

test('an interceptor may change the data of a reply', async () => {
  const { reply } = await say(map((value) => ({ ...(value as SendResult), data: 2 })));
  expect(reply).toEqual({ position: POSITION, data: 2 });
});

test('an interceptor may change the view of a join, and not who joined', async () => {
  await start(map((value) => ({ ...(value as object), view: 'other', session: 'stolen', me: { id: 'bob' } })));
  expect((await app.join(Chat)).reply).toEqual({ ...joined, view: 'other' });
});

test.each<[string, Change]>([
  ['wraps every response of the app', map((data) => ({ data, statusCode: 200 }))],
  ['answers with something else', map(() => 'ok')],
  ['moves the position', map((value) => ({ ...(value as SendResult), position: { epoch: 1, seq: 99 } }))],
  ['lets nothing out', ignoreElements()],
])('what the room answered stands when an interceptor %s', async (_, change) => {
  expect((await say(change)).reply).toEqual({ position: POSITION, data: 1 });
});

test('a command that took effect is not refused by an interceptor that throws afterwards: that is logged', async () => {
  const { reply } = await say(
    map(() => {
      throw new Error('too late');
    }),
  );
  expect(reply).toEqual({ position: POSITION, data: 1 });
  expect(app.logged).toHaveLength(1);
  expect(app.logged[0]?.[0]).toBe('chat:say in chat/a failed: too late');
});

test.each<[string, Change]>([
  ['swallows it', catchError(() => of({ position: POSITION }))],
  ['makes another of it', catchError(() => throwError(() => new Error('other')))],
])('what the room refused stays refused when an interceptor %s', async (_, change) => {
  const { error, reply } = await say(change, async () => {
    throw new RejectedError('muted');
  });
  expect(reply).toBeUndefined();
  expect(error?.toBody()).toMatchObject({ code: 'REJECTED', reason: 'muted' });
});

test('an interceptor that gives up waiting hears of it; the client is told what the room says', async () => {
  let answer: (result: SendResult) => void = () => undefined;
  const pending = new Promise<SendResult>((resolve) => void (answer = resolve));
  const { reply } = await say(
    (reply$) =>
      reply$.pipe(
        timeout(1),
        catchError((error: unknown) => {
          answer({ position: POSITION });
          throw error;
        }),
      ),
    () => pending,
  );
  expect(reply).toEqual({ position: POSITION });
});

test.each<[string, Change, () => Promise<SendResult>]>([
  ['repeats', repeat(2), accepted],
  ['retries', retry(2), () => Promise.reject(new BusyError('The room'))],
])('the room is asked once when an interceptor %s', async (_, change, go) => {
  expect((await say(change, go)).went).toHaveLength(1);
});
