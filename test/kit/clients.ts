import type { Client } from './client.js';
import { SocketIoClient, type SocketIoOptions } from './socketio-client.js';
import { json, msgpack, WebSocketClient } from './websocket-client.js';

/** Every way to speak to a server: what one of them promises, all do. */
export const CARRIERS = ['Socket.IO', 'ws JSON', 'ws msgpack'] as const;
export type Carrier = (typeof CARRIERS)[number];

/** Another carrier for each of a crowd. */
export const carrierOf = (index: number): Carrier => CARRIERS[index % CARRIERS.length] ?? 'Socket.IO';

export interface ConnectOptions {
  /** Absent: the client says nothing of who it is. */
  readonly token?: string | undefined;
  /** Of the handshake. */
  readonly headers?: Readonly<Record<string, string>>;
  /** After the path: `?token=...`. */
  readonly query?: Readonly<Record<string, string>>;
  /** Of a Socket.IO client. @default the stock client's: polling, then an upgrade */
  readonly transports?: SocketIoOptions['transports'];
}

export interface Login {
  readonly token: string;
  readonly user: { readonly id: string; readonly name: string };
}

/** Connections of one spec, each ended with it. */
export class Clients {
  readonly #all: Client[] = [];

  /** A new connection to the server at `url` (`http://host:port`); `opened()` waits until it is let in. */
  connect(url: string, carrier: Carrier, { token, headers = {}, query, transports }: ConnectOptions = {}): Client {
    const client = make();
    this.#all.push(client);
    return client;

    function make(): Client {
      if (carrier === 'Socket.IO') {
        const auth = token === undefined ? {} : { token };
        const more = { ...(query && { query }), ...(transports && { transports }) };
        return new SocketIoClient(url, { auth, extraHeaders: { ...headers }, ...more });
      }
      const target = new URL('/rooms', url.replace('http', 'ws'));
      for (const [name, value] of Object.entries(query ?? {})) target.searchParams.set(name, value);
      const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return new WebSocketClient(target.href, carrier === 'ws JSON' ? json : msgpack, { ...bearer, ...headers });
    }
  }

  /** Ends them all. */
  close(): void {
    for (const client of this.#all.splice(0)) client.close();
  }
}

/** Asks the demo for a token. */
export async function login(url: string, name: string, more: object = {}): Promise<Login> {
  const response = await fetch(`${url}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, ...more }),
  });
  if (!response.ok) throw new Error(`login answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Login;
}
