import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CLOSE, errorBody, jsonCodec, type AuthReply, type Push, type Reply } from '@greenroom/protocol';
import { msgpackCodec } from '@greenroom/protocol/msgpack';
import { WebSocketServer, type WebSocket } from 'ws';
import type { RoomError } from '../room-error.js';
import type { LinkListener } from './carrier.js';
import { webSocket, type WebSocketOptions } from './web-socket.js';

/** What a link has told, as one waits for it. */
class Told implements LinkListener {
  readonly all: unknown[] = [];
  readonly #ended: Promise<RoomError | undefined>;
  #end: (error: RoomError | undefined) => void = () => {};

  constructor() {
    this.#ended = new Promise((resolve) => (this.#end = resolve));
  }

  get end(): Promise<RoomError | undefined> {
    return this.#ended;
  }

  opened(auth: AuthReply): void {
    this.all.push(['opened', auth.user]);
  }
  answered(ref: number, reply: Reply): void {
    this.all.push(['answered', ref, reply.ok]);
  }
  pushed(push: Push): void {
    this.all.push(['pushed', push]);
  }
  ended(error?: RoomError): void {
    this.all.push(['ended', error?.code]);
    this.#end(error);
  }
}

let server: WebSocketServer;
let url: URL;
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  url = new URL(`http://127.0.0.1:${(server.address() as { port: number }).port}/rooms`);
});
afterEach(() => void server.removeAllListeners('connection'));
afterAll(() => {
  for (const socket of server.clients) socket.terminate();
  server.close();
});

/** A link, and what the server does when it has its first frame. */
const open = (played: (socket: WebSocket, first: unknown) => void, options: WebSocketOptions = {}) => {
  server.once('connection', (socket) => {
    socket.once('message', (data: Buffer, isBinary) => {
      const codec = isBinary ? msgpackCodec : jsonCodec;
      const decoded = codec.decode(data);
      played(socket, decoded.ok ? decoded.body : decoded.error);
    });
  });
  const told = new Told();
  const link = webSocket(options).open(url, 'secret', told);
  return { told, link };
};

describe('a link over a plain WebSocket', () => {
  it.each([undefined, msgpackCodec])(
    'says who it is in its first frame, and hands on what comes in order',
    async (codec) => {
      const chosen = codec ?? jsonCodec;
      let first: unknown;
      let protocol = '';
      const { told } = open((socket, frame) => {
        first = frame;
        ({ protocol } = socket);
        const bytes = new Uint8Array([1, 2]);
        socket.send(chosen.encode({ op: 'signal', room: 'hall/a', name: 'n', data: bytes, by: { id: 'bob' } }));
        socket.send(chosen.encode({ op: 'reply', ref: 0, ok: true, user: { id: 'ann' } }));
        socket.send(chosen.encode({ op: 'reply', ref: 5, ok: true }));
        socket.close(1001);
      }, codec && { codec });
      expect(await told.end).toBeUndefined();
      expect(first).toEqual({ op: 'auth', ref: 0, token: 'secret' });
      expect(protocol).toBe(chosen.subprotocol);
      const signal = { op: 'signal', room: 'hall/a', name: 'n', data: new Uint8Array([1, 2]), by: { id: 'bob' } };
      expect(told.all).toEqual([
        ['pushed', signal],
        ['opened', { id: 'ann' }],
        ['answered', 5, true],
        ['ended', undefined],
      ]);
    },
  );

  it('whose token is refused ends with what the server said', async () => {
    const { told } = open((socket) => {
      const error = errorBody('UNAUTHENTICATED', 'expired', { retryAfterMs: 5 });
      socket.send(JSON.stringify({ op: 'reply', ref: 0, ok: false, error }));
      socket.close(CLOSE.unauthenticated);
    });
    expect(await told.end).toMatchObject({ code: 'UNAUTHENTICATED', message: 'expired', retryAfterMs: 5 });
  });

  it.each([
    [CLOSE.refused, 'FORBIDDEN'],
    [CLOSE.notThisProtocol, 'BAD_FRAME'],
    [CLOSE.tooMany, 'RATE_LIMITED'],
    // A token that came too late, or has ended since: another may do.
    [CLOSE.unauthenticated, undefined],
    [CLOSE.draining, undefined],
    [CLOSE.slowReader, undefined],
    [1013, undefined],
  ])('that the server closes with %d ends with %s', async (code, meant) => {
    const { told } = open((socket) => socket.close(code, 'why'));
    expect((await told.end)?.code).toBe(meant);
  });

  it('that is cut, or never was one, ends without a reason', async () => {
    const { told } = open((socket) => socket.terminate());
    expect(await told.end).toBeUndefined();
    const nowhere = new Told();
    webSocket().open(new URL('http://127.0.0.1:1/rooms'), 'secret', nowhere);
    expect(await nowhere.end).toBeUndefined();
  });

  it('on which something comes that is none of this protocol ends', async () => {
    const { told } = open((socket) => socket.send('{'));
    expect(await told.end).toBeUndefined();
  });

  it('that was closed tells nothing more, not even that it has ended', async () => {
    const { told, link } = open((socket) => socket.send(JSON.stringify({ op: 'reply', ref: 0, ok: true })));
    const closed = new Promise((resolve) => server.once('connection', (socket) => socket.once('close', resolve)));
    link.close();
    link.close();
    await Promise.race([closed, new Promise((resolve) => setImmediate(resolve))]);
    expect(told.all).toEqual([]);
  });
});

describe('what is sent', () => {
  it('is bounded by bytes, not by characters', () => {
    const carrier = webSocket();
    const body = (text: string) => ({ room: 'hall/a', name: 'say', data: { text } });
    expect(() => carrier.encode('send', 1, body('x'.repeat(1_048_000)))).not.toThrow();
    expect(() => carrier.encode('send', 1, body('x'.repeat(1_048_600)))).toThrow('No server takes a frame that large.');
    expect(() => carrier.encode('send', 1, body('é'.repeat(524_000)))).not.toThrow();
    expect(() => carrier.encode('send', 1, body('é'.repeat(524_300)))).toThrow('No server takes a frame that large.');
  });
});
