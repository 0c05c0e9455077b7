import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServerOptions {
  /** A folder of its own, for a store on disk. Absent: what it keeps is in memory. */
  readonly dataDir?: string;
  /** Where what it keeps is kept instead: it is one of several nodes. */
  readonly redisUrl?: string;
}

/** Starts a server on a free port of this machine, and says which. */
export type StartServer = (options: ServerOptions) => Promise<number>;

/** Where only this machine gets. */
export const HOST = '127.0.0.1';

export const listen = async (server: Server): Promise<number> => {
  server.listen(0, HOST);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

/** What a room's message is, on every server. */
export interface Message {
  readonly text: string;
  /** Id of the user who said it. */
  readonly from: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Stands in for the look at a token: asynchronous, as real ones are. The token is the user's id. */
export const authenticate = async (token: unknown): Promise<string> => {
  if (typeof token !== 'string' || token === '') throw new Error('a token is needed');
  return token;
};

/** The token of a plain WebSocket's request. */
export const bearer = (header: string | undefined): string => header?.replace(/^Bearer /, '') ?? '';

/** What any server has to ask before it hands on what somebody sent. */
export const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 2000;
