import { request } from 'node:http';
import { msgpackCodec } from '@greenroom/protocol/msgpack';
import type { Dice } from '@greenroom/testing/faults';
import { RawPeer, upgradeRequest } from '../kit/raw-peer.js';
import { within } from '../kit/within.js';
import { framesOf, jsonCase, msgpackCase, openCase, packetCase, pollingBody, type MakeMessage } from './cases.js';
import { mutated } from './mutate.js';

/** Who attacks, and what with. */
export interface Attack {
  readonly url: string;
  readonly token: string;
  readonly dice: Dice;
  /** So many cases at most; a connection that the server ends has had fewer. */
  readonly cases: number;
}
/** One connection of an attacker's, from its beginning to its end. @returns how many cases it came to */
export type Door = (attack: Attack) => Promise<number>;

/** One of many addresses, none of them that of those who are not to notice: no more than so many connections may come from one. */
const from = (dice: Dice): string => `127.0.1.${dice.int(1, 50)}`;
const IO = '/socket.io/?EIO=4&transport=websocket';

async function flood(peer: RawPeer, { dice, cases }: Attack, make: MakeMessage): Promise<number> {
  let done = 0;
  for (; done < cases && !peer.isOver && peer.closeCode === undefined; done += 1) {
    peer.write(framesOf(dice, make(dice)));
    if (dice.chance(0.3)) await new Promise(setImmediate);
  }
  // Some go without hearing what they are told.
  if (dice.chance(0.7)) await Promise.race([peer.over, new Promise((resolve) => setTimeout(resolve, 20))]);
  peer.close();
  return done;
}

/** What anybody sends who has joined the room that others are in. */
const JOIN = { room: 'chat/peace' };

const plain =
  (subprotocol: string, encode: (frame: object) => string | Uint8Array, make: MakeMessage): Door =>
  async (attack) => {
    const { url, token, dice } = attack;
    const isKnown = dice.chance(0.9);
    const headers = { 'Sec-WebSocket-Protocol': subprotocol, ...(isKnown && { authorization: `Bearer ${token}` }) };
    const peer = await RawPeer.upgrade(url, '/rooms', headers, from(dice));
    const opcode = subprotocol.endsWith('json') ? 1 : 2;
    if (isKnown) peer.send({ opcode, payload: encode({ op: 'join', ref: 0, ...JOIN }) });
    return flood(peer, attack, make);
  };

const socketIo: Door = async (attack) => {
  const peer = await RawPeer.upgrade(attack.url, IO, {}, from(attack.dice));
  if (attack.dice.chance(0.9)) {
    peer.send({ payload: `40/rooms,${JSON.stringify({ token: attack.token })}` });
    // In, or not: an attacker may well have too many connections by now.
    const isTold = (): boolean => peer.isOver || peer.texts.some((text) => /^42.*"hello"|^44/.test(text));
    await peer.when('whether it is let in', isTold);
    peer.send({ payload: `42/rooms,0${JSON.stringify(['join', JOIN])}` });
  }
  return flood(peer, attack, packetCase);
};

const open: Door = async (attack) =>
  flood(await RawPeer.upgrade(attack.url, '/ws', {}, from(attack.dice)), attack, openCase);

interface Answer {
  readonly status: number;
  readonly text: string;
}
const http = (localAddress: string, url: string, method: string, body?: Buffer, type = 'text/plain'): Promise<Answer> =>
  new Promise((resolve) => {
    const headers = { 'content-type': type, ...(body !== undefined && { 'content-length': body.length }) };
    const lost = (): void => resolve({ status: 0, text: '' });
    const asked = request(url, { method, headers, localAddress, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text })).on('error', lost);
    });
    asked.on('error', lost).end(body);
  });

const polling: Door = async ({ url, token, dice, cases }) => {
  const me = from(dice);
  const at = `${url}/socket.io/?EIO=4&transport=polling`;
  const sid = /"sid":"([^"]+)"/.exec((await within('a session', http(me, at, 'GET'))).text)?.[1] ?? '';
  const session = `${at}&sid=${sid}`;
  await http(me, session, 'POST', Buffer.from(`40/rooms,${JSON.stringify({ token })}`));
  let done = 0;
  for (; done < cases; done += 1) {
    const poll = dice.chance(0.5) ? http(me, session, 'GET') : undefined;
    const type = dice.chance(0.95) ? 'text/plain' : 'application/octet-stream';
    const { status } = await within('an answer to a body', http(me, session, 'POST', pollingBody(dice), type));
    if (status !== 200) break;
    if (dice.chance(0.5)) await Promise.race([poll, new Promise((resolve) => setTimeout(resolve, 20))]);
  }
  // Gone, or it would be waited for until its next ping is due.
  await http(me, session, 'POST', Buffer.from('1'));
  return Math.max(1, done);
};

const PATHS = ['/rooms', '/rooms?token=x', IO, '/socket.io/?EIO=3&transport=websocket', '/ws', '/', '/api/login'];
const LOGIN = '{"name":"Eve","ttl":60}';
/** Requests, nearly right: each is a connection of its own. */
const requests: Door = async ({ url, token, dice, cases }) => {
  for (let n = 0; n < cases; n += 1) {
    const peer = await RawPeer.open(url, from(dice));
    const asked = dice.chance(0.8)
      ? upgradeRequest(url, dice.pick(PATHS), {
          Authorization: `Bearer ${token}`,
          'Sec-WebSocket-Protocol': 'greenroom.v1.json',
        })
      : `POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${LOGIN.length}\r\n\r\n${LOGIN}`;
    peer.write(mutated(dice, Buffer.from(asked, 'latin1')));
    await Promise.race([peer.over, new Promise((resolve) => setTimeout(resolve, 3))]);
    peer.close();
  }
  return cases;
};

/** Every way in. */
export const DOORS: ReadonlyMap<string, Door> = new Map([
  ['a WebSocket, JSON', plain('greenroom.v1.json', (frame) => JSON.stringify(frame), jsonCase)],
  ['a WebSocket, msgpack', plain(msgpackCodec.subprotocol, (frame) => msgpackCodec.encode(frame), msgpackCase)],
  ['Socket.IO over a WebSocket', socketIo],
  ['Socket.IO over polling', polling],
  ['the open endpoint', open],
  ['HTTP', requests],
]);
