import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { Bystanders } from './kit/bystanders.js';
import { login } from './kit/clients.js';
import { OPCODE, rawFrame, RawPeer, upgradeRequest, type RawFrame } from './kit/raw-peer.js';
import { Servers, type Server } from './kit/server.js';
import { eventually, within } from './kit/within.js';

/** Ways in for a WebSocket. */
const DOORS = [
  ['the plain carrier', '/rooms'],
  ['Socket.IO', '/socket.io/?EIO=4&transport=websocket'],
  ['the open endpoint', '/ws'],
] as const;
type Path = (typeof DOORS)[number][1];
const IO: Path = '/socket.io/?EIO=4&transport=websocket';
/** Attackers have an address of their own, or they would be counted with those they attack. */
const FROM = '127.0.0.66';
/** Megabytes that a process may have grown by after tens of megabytes of attack: less than is sent. */
const MOST_GROWTH_MB = 48;

const servers = new Servers();
const peers: RawPeer[] = [];
let demo: Server;
let token: string;
let bystanders: Bystanders;
beforeAll(async () => {
  demo = await servers.start();
  ({ token } = await login(demo.url, 'Eve'));
  bystanders = await Bystanders.gather(demo.url, 'echo/peace');
});
afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await bystanders.talk();
  expect(bystanders.faults()).toEqual([]);
});
afterAll(async () => {
  bystanders.leave();
  await servers.close();
});

const rssMb = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${demo.pid}/status`, 'utf8'))?.[1]) / 1024;
const keep = (peer: RawPeer): RawPeer => {
  peers.push(peer);
  return peer;
};
/** Somebody unknown, with a WebSocket. */
const stranger = async (path: Path | '/rooms', headers: Record<string, string> = {}): Promise<RawPeer> => {
  const peer = keep(await RawPeer.upgrade(demo.url, path, headers, FROM));
  expect(peer.status).toBe(101);
  return peer;
};
/** Somebody who has been let in, where one is asked who one is. */
const member = async (path: Path): Promise<RawPeer> => {
  const peer = await stranger(path, path === '/rooms' ? { authorization: `Bearer ${token}` } : {});
  if (path === IO) peer.send({ payload: `40/rooms,{"token":"${token}"}` });
  if (path !== '/ws') await peer.when('hello', () => peer.texts.some((text) => text.includes('"maxKeys"')));
  return peer;
};
const post = (sid: string, body: string | Uint8Array, type = 'text/plain;charset=UTF-8'): Promise<Response> =>
  fetch(`${demo.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: body as string,
  });
const poll = async (sid?: string): Promise<string> => {
  const response = await fetch(
    `${demo.url}/socket.io/?EIO=4&transport=polling${sid === undefined ? '' : `&sid=${sid}`}`,
  );
  return `${response.status} ${await response.text()}`;
};
const openPolling = async (): Promise<string> =>
  (JSON.parse((await poll()).slice('200 0'.length)) as { sid: string }).sid;

const BROKEN: readonly (readonly [what: string, code: number, frames: readonly RawFrame[]])[] = [
  ['a frame that is not masked', 1002, [{ isMasked: false, payload: '{}' }]],
  ['each reserved bit', 1002, [{ reserved: 1, payload: '{}' }]],
  ['the bit of a compression that was not agreed on', 1002, [{ reserved: 4, payload: 'x' }]],
  ['an opcode that means nothing', 1002, [{ opcode: 3 }]],
  ['a control frame that is too long', 1002, [{ opcode: OPCODE.ping, payload: 'x'.repeat(126) }]],
  ['a control frame in pieces', 1002, [{ opcode: OPCODE.ping, isFinal: false }]],
  ['the middle of nothing', 1002, [{ opcode: OPCODE.continuation, payload: 'x' }]],
  ['a message within a message', 1002, [{ isFinal: false, payload: '{' }, { payload: '{}' }]],
  ['half a close code', 1002, [{ opcode: OPCODE.close, payload: '\u0003' }]],
  ['a close code that is nobody’s to send', 1002, [{ opcode: OPCODE.close, payload: Buffer.from([0x03, 0xed]) }]],
  ['a close code that means nothing', 1002, [{ opcode: OPCODE.close, payload: Buffer.from([0xff, 0xff]) }]],
  ['a close reason that is no text', 1007, [{ opcode: OPCODE.close, payload: Buffer.from([0x03, 0xe8, 0xff]) }]],
  ['text that is none', 1007, [{ payload: Buffer.from([0x22, 0xc3, 0x28, 0x22]) }]],
  ['half a character', 1007, [{ payload: Buffer.from([0x22, 0xe2, 0x82]) }]],
  ['a surrogate in UTF-8', 1007, [{ payload: Buffer.from([0xed, 0xa0, 0x80]) }]],
  ['a gigabyte, as it says', 1009, [{ claimed: 2n ** 30n, payload: 'x' }]],
  ['more than a number can be, as it says', 1009, [{ claimed: 2n ** 62n }]],
];

describe.each(DOORS)('over %s', (name, path) => {
  it.each(BROKEN)('%s ends the connection (%d), and nobody else notices', async (_, code, frames) => {
    const peer = await member(path);
    peer.send(...frames);
    await peer.when('its end', () => peer.closeCode !== undefined);
    expect(peer.closeCode).toBe(code);
  });

  it('no compression is agreed on, so there is none to blow up', async () => {
    const peer = await stranger(path, { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' });
    expect(peer.head.toLowerCase()).not.toContain('sec-websocket-extensions');
  });

  it('a message of a million pieces is given up on before it is whole', async () => {
    const peer = await member(path);
    const before = rssMb();
    peer.send({ isFinal: false, payload: '"' });
    const piece = rawFrame({ opcode: OPCODE.continuation, isFinal: false, payload: 'x' });
    await peer.flood(Buffer.concat(Array.from({ length: 1000 }, () => piece)), 1000);
    await peer.when('its end', () => peer.isOver || peer.closeCode !== undefined);
    expect([1008, 1009]).toContain(peer.closeCode ?? 1008);
    expect(rssMb() - before).toBeLessThan(MOST_GROWTH_MB);
  });

  it('who pings without end and reads no pong is gone before the pongs are many', async () => {
    const peer = await member(path);
    const before = rssMb();
    peer.socket.pause();
    const ping = rawFrame({ opcode: OPCODE.ping, payload: 'x'.repeat(125) });
    await peer.flood(Buffer.concat(Array.from({ length: 1000 }, () => ping)), 1000);
    peer.socket.resume();
    await within('its end', peer.over);
    expect(rssMb() - before).toBeLessThan(MOST_GROWTH_MB);
  });

  it('pongs that nobody asked for cost nothing, however many', async () => {
    const peer = await member(path);
    const before = rssMb();
    const pong = rawFrame({ opcode: OPCODE.pong, payload: 'x'.repeat(125) });
    await peer.flood(Buffer.concat(Array.from({ length: 1000 }, () => pong)), 100);
    peer.send({ opcode: OPCODE.ping, payload: 'there?' });
    await peer.when('an answer', () => peer.frames.some(({ payload }) => payload.toString() === 'there?'));
    expect(rssMb() - before).toBeLessThan(MOST_GROWTH_MB);
  });

  it('half-open connections, upgrades that are never finished and early bytes hold up nobody', async () => {
    const halves: RawPeer[] = [];
    for (let n = 0; n < 20; n += 1) {
      const half = keep(await RawPeer.open(demo.url, FROM));
      halves.push(half);
      half.write(Buffer.from(upgradeRequest(demo.url, path).slice(0, 20 + n)));
      const early = keep(await RawPeer.open(demo.url, FROM));
      early.write(Buffer.from(upgradeRequest(demo.url, path)), Buffer.alloc(10_000, n));
    }
    await bystanders.talk();
    // Nobody has waited until they are given up.
    expect(halves.filter(({ isOver }) => isOver)).toEqual([]);
  });

  it.each([
    ['another version', { 'Sec-WebSocket-Version': '12' }, 400],
    ['no key', { 'Sec-WebSocket-Key': '' }, 400],
    ['a key that is none', { 'Sec-WebSocket-Key': 'short' }, 400],
  ])('an upgrade with %s is refused', async (_, headers, status) => {
    const peer = keep(await RawPeer.upgrade(demo.url, path, headers, FROM));
    expect(peer.status).toBe(status);
    await within('its end', peer.over);
  });

  it('headers without end are refused', async () => {
    const peer = keep(await RawPeer.open(demo.url, FROM));
    peer.write(Buffer.from(upgradeRequest(demo.url, path, { 'X-Long': 'x'.repeat(40_000) })));
    await within('its end', peer.over);
    expect(peer.status).toBe(431);
  });
});

describe('over Socket.IO', () => {
  it.each([
    ['a packet of no type', '9'],
    ['an engine packet of no type', 'x'],
    ['a million attachments', '451000000-/rooms,["send",{"_placeholder":true,"num":0}]'],
    ['minus one attachment', '45-1-/rooms,["send"]'],
    ['an event called connect', '42/rooms,["connect"]'],
    ['an event called disconnecting', '42/rooms,["disconnecting"]'],
    ['an event called newListener', '42/rooms,["newListener"]'],
    ['an event that is no list', '42/rooms,{"0":"send"}'],
    ['an event with an object for a name', '42/rooms,[{"toString":1}]'],
    ['JSON that is none', '42/rooms,["send",'],
    ['an event of a namespace that it is not in', '42/other,["send",{}]'],
    ['to be let in again', '40/rooms,{}'],
    ['an error of its own', '44/rooms,{"message":"x"}'],
    ['text where bytes are due', '451-/rooms,["send",{"_placeholder":true,"num":0}]\u001e42/rooms,["ping",{}]'],
  ])('%s ends the connection, and nobody else notices', async (_, packets) => {
    const peer = await member(IO);
    peer.send(...packets.split('\u001e').map((payload) => ({ payload })));
    await peer.when('its end', () => peer.isOver || peer.closeCode !== undefined);
  });

  it.each([
    ['nothing', '42/rooms,7'],
    ['a number', '42/rooms,7[5,{}]'],
    ['__proto__', '42/rooms,7["__proto__",{}]'],
    ['constructor', '42/rooms,7["constructor",{}]'],
    ['error', '42/rooms,7["error",{}]'],
    ['a name of 100,000 characters', `42/rooms,7["${'x'.repeat(100_000)}",{}]`],
  ])('an event called %s is answered UNKNOWN_OP', async (_, payload) => {
    const peer = await member(IO);
    peer.send({ payload });
    await peer.when('an answer', () => peer.texts.some((text) => /^43\/rooms,7\[.*UNKNOWN_OP/.test(text)));
  });

  it.each(['0', '7', '99999999999999999999'])('an ack called %s is only ever its own', async (id) => {
    const peer = await member(IO);
    peer.send({ payload: `43/rooms,${id}[{"ok":true}]` }, { payload: `43/rooms,${id}["x"]` }, { payload: '43/rooms' });
    peer.send({ payload: '42/rooms,1["ping",{}]' }, { payload: '42/rooms,1["ping",{}]' });
    await peer.when('two answers', () => peer.texts.filter((text) => text.startsWith('43/rooms,1[')).length === 2);
  });

  it('bytes deep inside what nests without end are no stack overflow', async () => {
    const peer = await member(IO);
    const deep = `${'['.repeat(200_000)}{"_placeholder":true,"num":0}${']'.repeat(200_000)}`;
    peer.send({ payload: `451-/rooms,1["send",${deep}]` }, { opcode: OPCODE.binary, payload: 'bytes' });
    await peer.when('its end or an answer', () => peer.isOver || peer.closeCode !== undefined || peer.texts.length > 3);
  });

  it.each([
    ['a namespace that is none', '40/nope,'],
    ['its own prototype', '40/__proto__,'],
    ['the rooms, with a lie', '40/rooms,{"token":"e30.e30.e30"}'],
  ])('who knocks at %s without end is not answered without end', async (_, packet) => {
    const peer = await stranger(IO);
    const knocks = Buffer.concat(Array.from({ length: 1000 }, () => rawFrame({ payload: packet })));
    await peer.flood(knocks, 20);
    await within('its end', peer.over);
    expect(peer.texts.length).toBeLessThan(500);
  });

  it.each(['__proto__', 'constructor', 'toString', '', 'x'.repeat(5000)])('the session %j is none', async (sid) => {
    const id = encodeURIComponent(sid);
    if (sid !== '') expect(await poll(id)).toMatch(/^400 /);
    expect((await post(id, '40')).status).toBe(400);
    const peer = keep(await RawPeer.upgrade(demo.url, `${IO}&sid=${id || '_'}`, {}, FROM));
    expect(peer.status).toBe(400);
  });

  it('a transport, a revision or a way to upgrade that there is none of is refused', async () => {
    for (const query of [
      'EIO=4&transport=__proto__',
      'EIO=4&transport=webtransport',
      'EIO=3&transport=polling',
      'EIO=9',
    ])
      expect((await fetch(`${demo.url}/socket.io/?${query}`)).status).toBe(400);
    const sid = await openPolling();
    const peer = keep(await RawPeer.upgrade(demo.url, `/socket.io/?EIO=3&transport=websocket&sid=${sid}`, {}, FROM));
    // Source: CVE-2026-102599.
    await peer.when('its end', () => peer.status === 400 || peer.isOver || peer.closeCode !== undefined).catch(() => 0);
  });

  it('by polling, a body that is too large is refused (413)', async () => {
    const sid = await openPolling();
    const answer = await post(sid, 'x'.repeat(1_100_000)).then(
      ({ status }) => status,
      () => 413,
    );
    expect(answer).toBe(413);
  });

  it('by polling, ten thousand packets in one body are not answered ten thousand times', async () => {
    const sid = await openPolling();
    await post(sid, `40/rooms,${JSON.stringify({ token })}`);
    let came = '';
    while (!came.includes('"maxKeys"')) came = await poll(sid);
    await post(sid, Array.from({ length: 10_000 }, (_, n) => `42/rooms,${n}["ping",{}]`).join('\u001e'));
    const answers = await poll(sid);
    expect(answers.split('\u001e').length).toBeLessThan(2000);
    await eventually('its end', async () => (await poll(sid)).startsWith('400 '));
  });

  it.each([
    ['bytes', 'application/octet-stream', Buffer.from([1, 2, 3])],
    ['nothing', 'text/plain', ''],
    ['what is no packet', 'text/plain', '\u001e\u001e\u001e'],
  ])('by polling, a body of %s costs its own session at most', async (_, type, body) => {
    const sid = await openPolling();
    await post(sid, body, type).catch(() => undefined);
    expect((await fetch(`${demo.url}/healthz`)).status).toBe(200);
  });
});

it('the server has not failed, and has said nothing of tokens', () => {
  expect(demo.stderr).toBe('');
  expect(demo.stdout).not.toContain('"level":50');
  expect(demo.stdout).not.toContain(token);
});
