import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Inject, Injectable, NotFoundException, type CanActivate, type ExecutionContext } from '@nestjs/common';

/** What an operator shows, or `null`: there is none. */
export const OPERATOR_TOKEN = Symbol('OPERATOR_TOKEN');

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Lets operators in. To everybody else there is nothing here. */
@Injectable()
export class OperatorGuard implements CanActivate {
  readonly #expected: Buffer | undefined;

  constructor(@Inject(OPERATOR_TOKEN) token: string | null) {
    this.#expected = token === null ? undefined : digest(`Bearer ${token}`);
  }

  canActivate(context: ExecutionContext): boolean {
    const { authorization = '' } = context.switchToHttp().getRequest<IncomingMessage>().headers;
    if (this.#expected === undefined || !timingSafeEqual(this.#expected, digest(authorization)))
      throw new NotFoundException();
    return true;
  }
}
