import { once } from 'node:events';
import { WebSocket } from 'ws';
import { within } from '../kit/within.js';

/** Ways to be connected, and not to read. */
export const STALLS = ['a plain WebSocket', 'Socket.IO', 'Socket.IO by polling', 'the open endpoint'] as const;
export type Stall = (typeof STALLS)[number];

/** A client that has joined, and then reads no more. */
export interface StalledReader {
  /** Goes, without reading what was kept for it. */
  close(): void;
}

/** Resolves when it is in the room, and has stopped to read. */
export const stall = (how: Stall, url: string, token: string, room: string): Promise<StalledReader> => {
  switch (how) {
    case 'a plain WebSocket':
      return stallPlain(url, token, room);
    case 'Socket.IO':
      return stallSocketIo(url, token, room);
    case 'Socket.IO by polling':
      return stallPolling(url, token, room);
    case 'the open endpoint':
      return stallEndpoint(url);
  }
};

const asWs = (url: string): string => url.replace('http', 'ws');

/** What the server sends is taken by nobody but the system's own buffers. */
const paused = (socket: WebSocket): StalledReader => {
  socket.pause();
  socket.on('error', () => {});
  return { close: () => socket.terminate() };
};

/** Sends each packet when one has come that the one before it asked for. */
const converse = async (socket: WebSocket, steps: readonly (readonly [awaited: RegExp, packet?: string])[]) => {
  let at = 0;
  const done = new Promise<void>((resolve) => {
    socket.on('message', (packet: Buffer) => {
      const step = steps[at];
      if (step === undefined || !step[0].test(packet.toString())) return;
      at += 1;
      if (step[1] !== undefined) socket.send(step[1]);
      if (at === steps.length) resolve();
    });
  });
  await within(`step ${at} of a handshake`, done);
};

const stallPlain = async (url: string, token: string, room: string): Promise<StalledReader> => {
  const socket = new WebSocket(`${asWs(url)}/rooms`, { headers: { authorization: `Bearer ${token}` } });
  await converse(socket, [[/"hello"/, JSON.stringify({ op: 'join', ref: 1, room })], [/"ok":true/]]);
  return paused(socket);
};

const connectPacket = (token: string): string => `40/rooms,${JSON.stringify({ token })}`;
const joinPacket = (room: string): string => `42/rooms,0${JSON.stringify(['join', { room }])}`;

/** By hand, as a library would read on. Source: socket.io-protocol v5, engine.io-protocol v4. */
const stallSocketIo = async (url: string, token: string, room: string): Promise<StalledReader> => {
  const socket = new WebSocket(`${asWs(url)}/socket.io/?EIO=4&transport=websocket`);
  await converse(socket, [[/^0/, connectPacket(token)], [/"hello"/, joinPacket(room)], [/^43.*"ok":true/]]);
  return paused(socket);
};

/** Asks for nothing any more. */
const stallPolling = async (url: string, token: string, room: string): Promise<StalledReader> => {
  const poll = `${url}/socket.io/?EIO=4&transport=polling`;
  const opened = await (await fetch(poll)).text();
  const session = `${poll}&sid=${(JSON.parse(opened.slice(1)) as { sid: string }).sid}`;
  const say = async (body: string): Promise<void> =>
    void (await (await fetch(session, { method: 'POST', body })).text());
  const hear = async (awaited: RegExp): Promise<void> => {
    while (!awaited.test(await (await fetch(session)).text()));
  };
  await say(connectPacket(token));
  await hear(/"hello"/);
  await say(joinPacket(room));
  await hear(/43.*"ok":true/);
  // `1` closes; its session may be over by then.
  return { close: () => void say('1').catch(() => {}) };
};

const stallEndpoint = async (url: string): Promise<StalledReader> => {
  const socket = new WebSocket(`${asWs(url)}/ws`);
  await within('a welcome', once(socket, 'message'));
  return paused(socket);
};
