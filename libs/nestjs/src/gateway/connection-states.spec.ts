import { afterEach, describe, expect, it } from '@jest/globals';
import { ForbiddenError, type Identity } from '@greenroom/rooms';
import { CARRIERS, GatewayApp, until, type IoClient, type PlainClient } from './app.fixture.js';
import { ManualClock } from './rooms.fixture.js';

type Client = PlainClient | IoClient;

let stage: Entrance;
afterEach(() => stage.app.stop());

/** A server whose guard lets in, or refuses, when the spec says so. Each user may have one connection. */
class Entrance {
  readonly clock = new ManualClock();
  /** From `start` on. */
  app!: GatewayApp;
  open = (): void => {};
  refuse = (_error: Error): void => {};
  /** From `close` on. */
  #asked!: Promise<void>;

  static async start(): Promise<Entrance> {
    stage = new Entrance();
    stage.app = await GatewayApp.start({ clock: stage.clock, gateway: { connectionsPerUser: 1 } });
    stage.close();
    return stage;
  }

  /** The guard keeps the next one waiting. */
  close(): void {
    this.#asked = new Promise((asked) => {
      this.app.admission.onConnect = () =>
        new Promise((open, refuse) => {
          Object.assign(this, { open, refuse });
          asked();
        });
    });
  }

  asked(): Promise<void> {
    return this.#asked;
  }

  /** The server knows that all who were here have gone. */
  async isLeft(): Promise<void> {
    const server = this.app.app.getHttpServer();
    const count = (): Promise<number> =>
      new Promise((resolve) => server.getConnections((_: unknown, open: number) => resolve(open)));
    while ((await count()) > 0) await new Promise(setImmediate);
    await new Promise(setImmediate);
  }
}

const leave = async (client: Client): Promise<void> => {
  client.socket.close();
  await stage.isLeft();
};
const drain = async (): Promise<void> => stage.app.connections.drain('deploy');
const lateFor = async (): Promise<void> => stage.clock.advance(5000);

/** How one that knocks may end, with the guard still thinking. */
const ENDS: Readonly<Record<string, (client: Client) => Promise<void>>> = {
  'the client goes': leave,
  'the deadline passes': lateFor,
  'the server drains': drain,
};

describe.each(CARRIERS)('one who is being admitted, over %s,', (_, connect) => {
  it('is served when the guard lets it in, and then the deadline is nothing to it', async () => {
    const { app, clock } = await Entrance.start();
    const ann = connect(app, 'ann');
    await stage.asked();
    expect(app.rooms.sessions).toHaveLength(0);
    stage.open();
    await ann.next('hello');
    expect([app.rooms.sessions.length, app.connections.size]).toEqual([0, 1]);
    clock.advance(6000);
    expect(await ann.ask('ping')).toMatchObject({ ok: true });
    expect(app.rooms.sessions).toHaveLength(1);
  });

  it('is gone when the guard refuses it, and is not counted any more', async () => {
    const { app } = await Entrance.start();
    connect(app, 'ann');
    await stage.asked();
    stage.refuse(new ForbiddenError());
    await stage.isLeft();
    expect([app.rooms.sessions.length, app.connections.size]).toEqual([0, 0]);
    app.admission.onConnect = () => Promise.resolve();
    expect(await connect(app, 'ann').next('hello')).toMatchObject({ v: 1 });
  });

  it.each(['the client goes', 'the deadline passes'])(
    'is never served once %s, whatever the guard says then, and is not counted any more',
    async (end) => {
      const { app } = await Entrance.start();
      const ann = connect(app, 'ann');
      await stage.asked();
      await ENDS[end]?.(ann);
      await stage.isLeft();
      stage.open();
      await new Promise(setImmediate);
      expect([app.rooms.sessions.length, app.connections.size]).toEqual([0, 0]);
      app.admission.onConnect = () => Promise.resolve();
      expect(await connect(app, 'ann').next('hello')).toMatchObject({ v: 1 });
    },
  );

  it('is not counted any more when it goes while its token is looked at', async () => {
    const { app } = await Entrance.start();
    app.admission.onConnect = () => Promise.resolve();
    let look = (): void => {};
    app.authenticator.gate = new Promise((resolve) => (look = resolve));
    const ann = connect(app, 'ann');
    await until(() => app.authenticator.asked.length === 1);
    await leave(ann);
    look();
    await new Promise(setImmediate);
    expect(app.connections.size).toBe(0);
    expect(await connect(app, 'ann').next('hello')).toMatchObject({ v: 1 });
  });

  it('while the server drains is ended at the latest when the guard lets it in, and leaves nothing behind', async () => {
    const { app } = await Entrance.start();
    const ann = connect(app, 'ann');
    await stage.asked();
    await drain();
    stage.open();
    await ann.closed;
    await stage.isLeft();
    expect([app.rooms.dropped.length, app.connections.size]).toEqual([app.rooms.sessions.length, 0]);
  });
});

describe.each(CARRIERS)('one who is served, over %s,', (_, connect) => {
  it.each(['the client goes', 'the server drains', 'its user is disconnected'])(
    'is dropped once when %s, and nothing of it is waited for',
    async (end) => {
      const { app, clock } = await Entrance.start();
      app.admission.onConnect = () => Promise.resolve();
      // Its token ends some time.
      const ann = connect(app, 'ann@1000000');
      await ann.next('hello');
      await ann.ask('join', { room: 'chat/cats' });
      if (end === 'its user is disconnected') app.connections.disconnectUser('ann', 'banned');
      else await ENDS[end]?.(ann);
      await ann.closed;
      await stage.isLeft();
      expect([app.rooms.dropped, app.connections.size, clock.pending]).toEqual([['ann'], 0, 0]);
    },
  );
});

describe('a plain WebSocket that has not said who it is', () => {
  it.each(Object.entries(ENDS))('is forgotten when %s', async (_, end) => {
    const { app } = await Entrance.start();
    const client = app.plain(undefined);
    await client.opened;
    await end(client);
    await client.closed;
    await stage.isLeft();
    expect([app.rooms.sessions.length, app.connections.size, app.authenticator.asked.length]).toEqual([0, 0, 0]);
  });

  it('goes on being asked after what it may not do, and is admitted by a token that is good', async () => {
    const { app } = await Entrance.start();
    const client = app.plain(undefined);
    expect(await client.ask('join', { room: 'chat/cats' })).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
    expect(await client.ask('hello', { v: 1, caps: 7 })).toMatchObject({ error: { code: 'BAD_FRAME' } });
    const auth = client.ask('auth', { token: 'ann' });
    await stage.asked();
    stage.open();
    expect(await auth).toMatchObject({ ok: true, user: { id: 'ann' } satisfies Partial<Identity> });
  });
});
