import type { IncomingMessage } from 'node:http';
import { UnauthenticatedError } from './authenticator.js';
import type { Handshake } from './rooms-connection.js';

/** Query parameters that look like a secret: what is in a URL ends up in logs. */
const SECRETS = ['token', 'access_token'];
const BEARER = /^Bearer +([^ ]+)$/i;

/** The path as it was asked for: not resolved, so that exactly one spelling of a path is that path. */
export const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?', 1).join('');

/** A request that wants a connection. */
export interface Caller {
  readonly request: IncomingMessage;
  /** IP address of the other end of the socket; it may be a proxy of ours. */
  readonly peer: string;
}

/**
 * What a request says about who is connecting. `trustProxy` proxies in front are believed.
 * `auth` is what the client said in its own words, without the token.
 */
export function handshakeOf(caller: Caller, trustProxy: number, auth: Handshake['auth'] = {}): Handshake {
  const { headers } = caller.request;
  return { auth, headers, address: addressOf(caller, trustProxy), url: pathOf(caller.request) };
}

/** @throws UnauthenticatedError for a token in the query string, whoever's it is. */
export function refuseQueryToken(request: IncomingMessage): void {
  const query = new URLSearchParams((request.url ?? '').slice(pathOf(request).length));
  if (SECRETS.some((name) => query.has(name)))
    throw new UnauthenticatedError('A token does not belong in the query string.');
}

export const bearerOf = (request: IncomingMessage): string | undefined =>
  BEARER.exec(request.headers.authorization ?? '')?.[1];

/** The peer's address, or as many steps back as there are proxies of ours, as each of them wrote it. */
function addressOf({ request, peer }: Caller, trustProxy: number): string {
  if (trustProxy === 0) return peer;
  const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  const steps = [...forwarded.map((address) => address.trim()).filter((address) => address !== ''), peer];
  return steps[Math.max(0, steps.length - 1 - trustProxy)] ?? peer;
}
