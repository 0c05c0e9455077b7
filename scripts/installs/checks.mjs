import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { PlainClient, SocketIoClient } from './clients.mjs';

const ROOM = 'chat/cats';

/** All of them join one room, each says something, each hears all, and all of it is in the history. */
const workingRoom = async (clients) => {
  for (const client of clients) await client.ask('join', { room: ROOM });
  const said = clients.map((_, index) => `hello ${index}, ****`);
  for (const [index, client] of clients.entries()) {
    const { position } = await client.ask('send', { room: ROOM, name: 'say', data: { text: `hello ${index}, darn` } });
    assert.equal(typeof position.seq, 'number');
  }
  for (const client of clients)
    for (const text of said)
      await client.pushes.wait('events', ({ events }) => events.some((event) => event.data.text === text));
  for (const client of clients) {
    const { events } = await client.ask('history', { room: ROOM });
    assert.deepEqual(
      events.map((event) => event.data.text),
      said,
    );
  }
};

const withClients = async (clients, work) => {
  try {
    await work(clients);
  } finally {
    for (const client of clients) client.close();
  }
};

/** What can be asked of an app that listens on `port`, `run` being a program of it; each rejects when it does not hold. */
export const checks = {
  'a room over both carriers': (port) =>
    withClients([new PlainClient(port, 'ann'), new SocketIoClient(port, 'bob')], workingRoom),

  'a room over plain WebSockets': (port) =>
    withClients([new PlainClient(port, 'ann'), new PlainClient(port, 'bob')], workingRoom),

  'a room for the packed client': async (_, run) => {
    const failure = await run('client.js');
    if (failure) throw new Error(`client.js ${failure}`);
  },

  'its own Socket.IO gateway': (port) =>
    withClients([new SocketIoClient(port, 'ann', '')], async ([client]) => {
      client.socket.emit('greet', 'Ann');
      assert.equal(await client.pushes.wait('greeting', () => true), 'Hello, Ann!');
    }),

  'its own WebSocket gateway': async (port) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
    const signal = AbortSignal.timeout(10_000);
    try {
      await once(socket, 'open', { signal });
      socket.send(JSON.stringify({ event: 'greet', data: 'Ann' }));
      const [bytes] = await once(socket, 'message', { signal });
      assert.deepEqual(JSON.parse(bytes.toString()), { event: 'greeting', data: 'Hello, Ann!' });
    } finally {
      socket.terminate();
    }
  },
};
