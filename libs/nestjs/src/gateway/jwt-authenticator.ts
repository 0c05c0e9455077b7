import { createRemoteJWKSet, errors, jwtVerify, type CryptoKey, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { KeyObject } from 'node:crypto';
import { DefinitionError, UnavailableError } from '@greenroom/rooms';
import { UnauthenticatedError, type Authenticated, type Authenticator } from './authenticator.js';

type VerificationKey =
  /** A shared secret, at least 32 bytes of UTF-8. */
  | { readonly secret: string }
  /** A public key. */
  | { readonly key: CryptoKey | KeyObject }
  /** Where the issuer publishes its public keys, or what `createLocalJWKSet` made. */
  | { readonly jwks: URL | JWTVerifyGetKey };

export type JwtOptions = VerificationKey & {
  /** The signature algorithms that are accepted; a token does not choose. @default `HS256` for a secret, else `RS256 ES256 EdDSA` */
  readonly algorithms?: readonly string[];
  /** What `iss` must be. @default anything */
  readonly issuer?: string;
  /** What `aud` must name. @default anything */
  readonly audience?: string;
  /** Seconds by which clocks may differ. @default 5 */
  readonly clockToleranceSeconds?: number;
};

const SHORTEST_SECRET = 32;

/**
 * Reads JSON Web Tokens: `sub` is the user's id, `name` (or else `sub`) their name, all other claims stay on the
 * identity. A token without `sub` is refused; one without `exp` does not end.
 */
export class JwtAuthenticator implements Authenticator {
  readonly #key: JWTVerifyGetKey;
  readonly #options: Parameters<typeof jwtVerify>[2];

  /** @throws DefinitionError for a short secret, and for algorithms that do not go with the key (source: RFC 8725, 3.1). */
  constructor(options: JwtOptions) {
    const shared = 'secret' in options;
    const algorithms = [...(options.algorithms ?? (shared ? ['HS256'] : ['RS256', 'ES256', 'EdDSA']))];
    if (algorithms.length === 0 || algorithms.some((algorithm) => algorithm.startsWith('HS') !== shared))
      throw new DefinitionError(`${algorithms.join(', ')} cannot verify with a ${shared ? 'secret' : 'public key'}.`);
    this.#key = keyOf(options);
    this.#options = {
      algorithms,
      clockTolerance: options.clockToleranceSeconds ?? 5,
      ...(options.issuer !== undefined && { issuer: options.issuer }),
      ...(options.audience !== undefined && { audience: options.audience }),
    };
  }

  async authenticate({ token }: { readonly token: string }): Promise<Authenticated> {
    const claims = await this.#verify(token);
    const { sub, exp } = claims;
    if (sub === undefined) throw new UnauthenticatedError('The token has no subject.');
    const name = typeof claims['name'] === 'string' ? claims['name'] : sub;
    return { user: { ...claims, id: sub, name }, expiresAt: exp === undefined ? undefined : exp * 1000 };
  }

  async #verify(token: string): Promise<JWTPayload> {
    try {
      return (await jwtVerify(token, this.#key, this.#options)).payload;
    } catch (thrown) {
      if (thrown instanceof errors.JWTExpired) throw new UnauthenticatedError('The token has expired.', thrown);
      // The issuer's keys could not be fetched: not the token's fault.
      if (thrown instanceof errors.JWKSTimeout || !(thrown instanceof errors.JOSEError))
        throw new UnavailableError(thrown);
      throw new UnauthenticatedError(undefined, thrown);
    }
  }
}

function keyOf(options: VerificationKey): JWTVerifyGetKey {
  if ('jwks' in options) return options.jwks instanceof URL ? createRemoteJWKSet(options.jwks) : options.jwks;
  if ('key' in options) return async () => options.key;
  const secret = new TextEncoder().encode(options.secret);
  if (secret.length < SHORTEST_SECRET)
    throw new DefinitionError(`A JWT secret needs at least ${SHORTEST_SECRET} bytes.`);
  return async () => secret;
}
