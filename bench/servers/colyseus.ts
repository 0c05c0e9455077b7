import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Room, Server, type Client } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import { z } from 'zod';
import { authenticate, HOST, type Message, type StartServer } from './bench-server.js';

/** A room without state to synchronise: messages only, checked by Colyseus's own schemas for them. */
class ChatRoom extends Room {
  override maxClients = 10_000;
  override patchRate = null;

  onCreate(): void {
    const say = z.object({ text: z.string().min(1).max(2000) });
    const add = z.object({ a: z.number(), b: z.number() });
    this.onMessage<z.infer<typeof say>>('say', say, (client, { text }) => {
      const message: Message = { text, from: client.userData?.user ?? '', at: Date.now() };
      this.broadcast('message', message);
    });
    this.onMessage<z.infer<typeof add>>('add', add, (_client, { a, b }) => ({ sum: a + b }));
  }

  async onJoin(client: Client, { token }: { token?: unknown }): Promise<void> {
    client.userData = { user: await authenticate(token) };
  }
}

export const start: StartServer = async () => {
  const http = createServer();
  const server = new Server({ transport: new WebSocketTransport({ server: http }), greet: false });
  server.define('chat', ChatRoom).filterBy(['room']);
  await server.listen(0, HOST);
  return (http.address() as AddressInfo).port;
};
