import type { Push, Reply } from '@greenroom/protocol';
import { socketIoWire, webSocketWire, type Wire } from '@greenroom/testing/faults';
import { msgpackCodec } from '@greenroom/protocol/msgpack';
import type { Host } from './host.js';

/** One connection, on one carrier or the other. */
class Visitor {
  private constructor(private readonly wire: Wire) {}

  static async connect(url: string, token: string, n: number): Promise<Visitor> {
    const listener = { pushed: (_: Push) => {}, ended: () => {} };
    const connects = [
      socketIoWire(url, { token, timeoutMs: 30_000 }),
      webSocketWire(url, { token, timeoutMs: 30_000 }),
      webSocketWire(url, { token, timeoutMs: 30_000 }, msgpackCodec),
    ];
    const connect = connects[n % connects.length];
    if (connect === undefined) throw new Error('no carrier');
    return new Visitor(await connect(listener));
  }

  /** @throws Error when it is refused */
  async ask(op: string, body: object): Promise<Record<string, unknown>> {
    const reply = await new Promise<Reply>((resolve) => this.wire.ask(op, body, resolve));
    if (!reply.ok) throw new Error(`${op} was answered ${reply.error.code}: ${reply.error.message}`);
    return { ...reply };
  }

  close(): void {
    this.wire.close();
  }
}

/** One after the other, on one connection, so that none of HTTP are left. */
const tokensOf = async (host: Host, count: number): Promise<string[]> => {
  const tokens: string[] = [];
  while (tokens.length < count) tokens.push(await host.token(`visitor ${tokens.length}`));
  return tokens;
};

/** Does something for each of `count`, so many at a time. */
const inLanes = async (
  lanes: number,
  count: number,
  each: (n: number, lane: number) => Promise<void>,
): Promise<void> => {
  let next = 0;
  const lane = async (index: number): Promise<void> => {
    for (let n = next; n < count; n = next) {
      next += 1;
      await each(n, index);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
};

const CONNECTIONS = 9;
/** Of one connection: it may be in 64. */
const ROOMS_AT_A_TIME = 16;

/** Makes so many rooms, half of them durable, and joins and leaves each; nobody ever comes back to them. */
export const throughRooms = async (host: Host, count: number, name: string): Promise<void> => {
  const tokens = await tokensOf(host, CONNECTIONS);
  const all = await Promise.all(tokens.map((token, i) => Visitor.connect(host.url, token, i)));
  try {
    await inLanes(CONNECTIONS * ROOMS_AT_A_TIME, count, async (n, lane) => {
      const visitor = all[lane % CONNECTIONS];
      const room = `${n % 2 === 0 ? 'chat' : 'echo'}/${name}-${n}`;
      await visitor?.ask('join', { room });
      await visitor?.ask('send', { room, name: 'say', data: { text: 'hello' } });
      await visitor?.ask('leave', { room });
    });
  } finally {
    for (const visitor of all) visitor.close();
  }
};

const USERS = 50;
const LANES = 32;
const HALLS = 20;

/** So many connections come and go: some leave their rooms first, some do not, some come back to their session on another. */
export const throughConnections = async (host: Host, count: number): Promise<void> => {
  const tokens = await tokensOf(host, USERS);
  const connect = (n: number): Promise<Visitor> => Visitor.connect(host.url, tokens[n % USERS] ?? '', n);
  await inLanes(LANES, count, async (n) => {
    const rooms = [`chat/hall-${n % HALLS}`, `echo/hall-${n % HALLS}`];
    const visitor = await connect(n);
    for (const room of rooms) {
      const { session, position } = await visitor.ask('join', { room });
      await visitor.ask('send', { room, name: 'say', data: { text: `${n}` }, id: `guest-${n}:1` });
      if (n % 4 === 0) await visitor.ask('leave', { room });
      if (n % 4 !== 1) continue;
      const again = await connect(n);
      await again.ask('join', { room, session, since: position });
      again.close();
    }
    visitor.close();
  });
};
