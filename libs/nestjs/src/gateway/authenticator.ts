import { RoomError, SYSTEM, type Identity } from '@greenroom/rooms';
import type { Handshake } from './rooms-connection.js';

/** Whom a token belongs to. */
export interface Authenticated {
  readonly user: Identity;
  /** When the token ends, milliseconds since 1970. The connection ends with it unless it is renewed. */
  readonly expiresAt?: number | undefined;
}

/** Who is it? Asked once for each connection and for each `auth` on a live one. */
export interface Authenticator {
  /** Rejects when the token is no good: a `RoomError` as it is, anything else as `UNAUTHENTICATED`. */
  authenticate(attempt: { readonly token: string; readonly handshake: Handshake }): Promise<Authenticated>;
}

export class UnauthenticatedError extends RoomError {
  constructor(message = 'A valid token is needed.', cause?: unknown) {
    super('UNAUTHENTICATED', message, { cause });
  }
}

/** Longest id that fits wherever the protocol carries one. */
const LONGEST_ID = 256;

/**
 * Asks, and distrusts the answer: nobody is the system, no id is empty, and what has ended is no token.
 * @throws RoomError
 */
export async function identify(
  authenticator: Authenticator,
  token: string,
  handshake: Handshake,
  now: () => number,
): Promise<Authenticated> {
  const authenticated = await ask(authenticator, token, handshake);
  const { user, expiresAt } = authenticated;
  if (typeof user.id !== 'string' || user.id === '' || user.id.length > LONGEST_ID || user.id === SYSTEM.id)
    throw new UnauthenticatedError('The token is for nobody who may connect.');
  if (expiresAt !== undefined && expiresAt <= now()) throw new UnauthenticatedError('The token has expired.');
  return authenticated;
}

async function ask(authenticator: Authenticator, token: string, handshake: Handshake): Promise<Authenticated> {
  try {
    return await authenticator.authenticate({ token, handshake });
  } catch (thrown) {
    throw thrown instanceof RoomError ? thrown : new UnauthenticatedError(undefined, thrown);
  }
}
