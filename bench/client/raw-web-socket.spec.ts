import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { WebSocketServer } from 'ws';
import { RawWebSocket } from './raw-web-socket.js';

const head = (opcode: number, length: number): Buffer => {
  if (length < 126) return Buffer.from([0x80 | opcode, length]);
  const long = Buffer.alloc(length < 65_536 ? 4 : 10);
  long[0] = 0x80 | opcode;
  long[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) long.writeUInt16BE(length, 2);
  else long.writeBigUInt64BE(BigInt(length), 2);
  return long;
};
const frame = (payload: string): Buffer => Buffer.concat([head(1, payload.length), Buffer.from(payload)]);

/** A server that answers the upgrade and sends frames in pieces of so many bytes. */
const serve = async (frames: Buffer, piece: number) => {
  const server = createServer((socket: Socket) => {
    socket.setNoDelay(true);
    socket.once('data', () => {
      const all = Buffer.concat([Buffer.from('HTTP/1.1 101 Switching Protocols\r\n\r\n'), frames]);
      let at = 0;
      const next = (): void => {
        if (at >= all.length || socket.destroyed) return;
        socket.write(all.subarray(at, (at += piece)), () => setImmediate(next));
      };
      next();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
};

const PAYLOADS = ['a', 'b'.repeat(125), 'c'.repeat(126), 'd'.repeat(5000), 'e'.repeat(70_000), '', 'f'];

test.each([1, 3, 1000, 65_536, 1_000_000])(
  'frames are whole, each once, when they come %i bytes at a time',
  async (piece) => {
    // Byte by byte the largest would take long and show nothing more.
    const payloads = piece < 10 ? PAYLOADS.filter(({ length }) => length < 1000) : PAYLOADS;
    const { server, port } = await serve(Buffer.concat(payloads.map(frame)), piece);
    const heard: string[] = [];
    let finish = (): void => undefined;
    const all = new Promise<void>((resolve) => (finish = resolve));
    const client = await RawWebSocket.open({ port, path: '/' }, (bytes, start, end) => {
      if (heard.push(bytes.toString('utf8', start, end)) === payloads.length) finish();
    });
    await all;
    client.close();
    server.close();
    expect(heard).toEqual(payloads);
  },
);

test('what it says a server understands, and pings are answered', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const heard = new Promise<readonly string[]>((resolve) => {
    server.on('connection', (socket) => {
      const said: string[] = [];
      socket.on('message', (data: Buffer) => {
        said.push(data.toString());
        if (said.length === 2) socket.ping('there?');
      });
      socket.on('pong', (data) => resolve([...said, data.toString()]));
    });
  });
  const client = await RawWebSocket.open({ port: (server.address() as AddressInfo).port, path: '/' }, () => undefined);
  client.send('short');
  client.send('long'.repeat(1000));
  expect(await heard).toEqual(['short', 'long'.repeat(1000), 'there?']);
  client.close();
  server.close();
});

test('a refused upgrade is told', async () => {
  const { server, port } = await serve(Buffer.alloc(0), 1000);
  server.removeAllListeners('connection');
  server.on('connection', (socket) => socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'));
  await expect(RawWebSocket.open({ port, path: '/' }, () => undefined)).rejects.toThrow('401');
  server.close();
});
