import { z } from 'zod';
import { personName } from './person.js';

const DAY_SECONDS = 86_400;

/** What `POST /api/login` takes. */
export const login = z.object({
  name: personName,
  role: z.enum(['member', 'moderator']).default('member'),
  /** How long the token holds, seconds. */
  ttl: z
    .int()
    .min(1)
    .max(30 * DAY_SECONDS)
    .default(DAY_SECONDS),
});

export type Login = z.infer<typeof login>;

/** What it answers. */
export interface LoggedIn {
  readonly token: string;
  readonly user: { readonly id: string; readonly name: string };
}
