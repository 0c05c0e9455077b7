import { Inject, Injectable } from '@nestjs/common';
import { SignJWT } from 'jose';
import type { LoggedIn, Login } from './login.js';
import { personId } from './person.js';

/** What tokens are signed with: a string of at least 32 bytes. */
export const JWT_SECRET = Symbol('JWT_SECRET');

/** Who signs; whoever verifies asks for it. */
export const ISSUER = 'greenroom-demo';

/** The demo's identity provider. It believes whoever says who they are: put a real one in its place. */
@Injectable()
export class AuthService {
  readonly #key: Uint8Array;

  constructor(@Inject(JWT_SECRET) secret: string) {
    this.#key = new TextEncoder().encode(secret);
  }

  async login({ name, role, ttl }: Login): Promise<LoggedIn> {
    const user = { id: personId(name), name };
    const token = await new SignJWT({ name, role })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(user.id)
      .setIssuer(ISSUER)
      .setIssuedAt()
      .setExpirationTime(`${ttl} s`)
      .sign(this.#key);
    return { token, user };
  }
}
