import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { faultProxy, type FaultProxy } from './fault-proxy.js';

let server: Server;
let proxy: FaultProxy;
/** The server's ends, in the order they came. */
let accepted: Socket[];
const clients: Socket[] = [];
beforeEach(async () => {
  accepted = [];
  server = createServer((socket) => {
    socket.on('error', () => {});
    accepted.push(socket);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await faultProxy({ target: server.address() as AddressInfo, seed: 7 });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  for (const socket of accepted) socket.destroy();
  await proxy.close();
  server.close();
});

const open = async (): Promise<Socket> => {
  const client = connect(proxy.port, '127.0.0.1');
  client.on('error', () => {});
  clients.push(client);
  const before = accepted.length;
  await once(client, 'connect');
  client.write('hello');
  await once(client, 'data');
  expect(accepted.length).toBeGreaterThan(before);
  return client;
};
/** Writes, and how long the echo of it took, milliseconds. */
const roundTrip = async (client: Socket, bytes: string | Buffer): Promise<number> => {
  const start = performance.now();
  client.write(bytes);
  for (let missing = bytes.length; missing > 0;) {
    const [chunk] = (await once(client, 'data')) as [Buffer];
    missing -= chunk.length;
  }
  return performance.now() - start;
};
const ended = (socket: Socket): Promise<'closed' | 'reset'> =>
  new Promise((resolve) => {
    socket.on('error', () => resolve('reset'));
    socket.on('close', () => resolve('closed'));
  });

describe('the fault proxy', () => {
  it('hands bytes over in both directions, in order', async () => {
    const client = await open();
    const sent = Buffer.from(Array.from({ length: 300_000 }, (_, n) => n % 251));
    const got: Buffer[] = [];
    client.on('data', (chunk: Buffer) => got.push(chunk));
    client.write(sent);
    while (got.reduce((sum, { length }) => sum + length, 0) < sent.length) await once(client, 'data');
    expect(Buffer.concat(got).equals(sent)).toBe(true);
    expect(proxy.links[0]?.passed).toEqual({ up: sent.length + 5, down: sent.length + 5 });
  });

  it('delays what passes, one connection or all, and keeps its order', async () => {
    const [slow, quick] = [await open(), await open()];
    proxy.links[0]?.set({ delayMs: 60, jitterMs: 40 });
    const late = roundTrip(slow, 'x');
    await roundTrip(quick, 'x');
    expect(await late).toBeGreaterThanOrEqual(118);
    const got: string[] = [];
    slow.setEncoding('latin1').on('data', (text: string) => got.push(text));
    for (let n = 0; n < 10; n += 1) slow.write(String(n));
    while (got.join('').length < 10) await once(slow, 'data');
    expect(got.join('')).toBe('0123456789');
    proxy.set({ delayMs: 60 });
    expect(await roundTrip(quick, 'x')).toBeGreaterThanOrEqual(118);
  });

  it('lets no more bytes through than its bandwidth', async () => {
    const client = await open();
    proxy.set({ bytesPerSecond: 40_000 });
    expect(await roundTrip(client, Buffer.alloc(8000))).toBeGreaterThanOrEqual(190);
    proxy.set({});
    expect(await roundTrip(client, Buffer.alloc(400_000))).toBeLessThan(10_000);
  });

  it('cuts with a reset, which both sides hear of', async () => {
    const client = await open();
    const ends = Promise.all([ended(client), ended(accepted[0] ?? client)]);
    proxy.links[0]?.cut('reset');
    expect(await ends).toEqual(['reset', 'reset']);
    expect(proxy.links).toEqual([]);
  });

  it('cuts with a finish, which both sides hear of', async () => {
    const client = await open();
    const ends = Promise.all([ended(client), ended(accepted[0] ?? client)]);
    proxy.cut('finish');
    expect(await ends).toEqual(['closed', 'closed']);
  });

  it('half-open: bytes vanish, and neither side hears of the end of the other', async () => {
    const [lost, witness] = [await open(), await open()];
    let heard = false;
    accepted[0]?.on('data', () => (heard = true)).on('close', () => (heard = true));
    proxy.links[0]?.halfOpen();
    lost.write('into the void');
    lost.destroy();
    await once(lost, 'close');
    // Whatever would have arrived of it had time to.
    for (let n = 0; n < 5; n += 1) await roundTrip(witness, 'x');
    expect(heard).toBe(false);
    expect(proxy.links.map(({ isHalfOpen }) => isHalfOpen)).toEqual([true, false]);
  });

  it('tells each side of the end of the other', async () => {
    const [client, other] = [await open(), await open()];
    const serverSide = ended(accepted[0] ?? client);
    client.resetAndDestroy();
    expect(await serverSide).toBe('reset');
    const clientSide = ended(other);
    accepted[1]?.end();
    expect(await clientSide).toBe('closed');
  });

  it('sends new connections where it is told, and resets them when there is nowhere', async () => {
    const first = await open();
    proxy.target(undefined);
    const refused = connect(proxy.port, '127.0.0.1');
    clients.push(refused);
    expect(await ended(refused)).toBe('reset');
    expect(await roundTrip(first, 'x')).toBeGreaterThan(0);
    const elsewhere = createServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('elsewhere'),
    );
    elsewhere.listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    proxy.target(elsewhere.address() as AddressInfo);
    const moved = connect(proxy.port, '127.0.0.1');
    clients.push(moved);
    const [text] = (await once(moved, 'data')) as [Buffer];
    expect(text.toString()).toBe('elsewhere');
    elsewhere.close();
  });
});
