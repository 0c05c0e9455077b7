import type { IncomingMessage } from 'node:http';
import { addressOf, pathOf, type Caller } from '../sockets/caller.js';
import { UnauthenticatedError } from './authenticator.js';
import type { Handshake } from './rooms-connection.js';

/** Query parameters that look like a secret: what is in a URL ends up in logs. */
const SECRETS = ['token', 'access_token'];
const BEARER = /^Bearer +([^ ]+)$/i;

/** One object for all who said nothing. */
export const NOTHING_SAID: Handshake['auth'] = Object.freeze({});

/**
 * What a request says about who is connecting. `trustProxy` proxies in front are believed.
 * `auth` is what the client said in its own words, without the token.
 */
export function handshakeOf(caller: Caller, trustProxy: number, auth = NOTHING_SAID): Handshake {
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
