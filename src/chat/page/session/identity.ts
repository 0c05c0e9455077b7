import { Memory } from '../../../pages/memory.js';
import type { LoggedIn } from '../../../auth/login.js';

/** Who somebody says they are: the demo believes it. */
export interface Identity {
  readonly id: string;
  readonly name: string;
  readonly isModerator: boolean;
}

const isIdentity = (value: unknown): value is Identity => {
  const { id, name, isModerator } = (value ?? {}) as Partial<Record<keyof Identity, unknown>>;
  return typeof id === 'string' && typeof name === 'string' && typeof isModerator === 'boolean';
};

/** A reload keeps one in; another tab may be another person. */
const kept = new Memory(() => sessionStorage, 'greenroom.identity', isIdentity);

export const keptIdentity = (): Identity | undefined => kept.read();
export const keep = (identity: Identity): void => kept.write(identity);
export const forget = (): void => kept.forget();

/** The server does not take this name. The message is for whoever typed it. */
export class NameRefused extends Error {}

const LONGEST_NAME = 64;
const WHAT_A_NAME_IS = `A name has 1 to ${LONGEST_NAME} characters, and none that are invisible. Try another.`;

/** @throws NameRefused for a name that is none; anything else when the server is not reached. */
export const login = async (name: string, isModerator: boolean): Promise<{ token: string; identity: Identity }> => {
  if (Array.from(name.trim()).length > LONGEST_NAME) throw new NameRefused(WHAT_A_NAME_IS);
  // Not even tried: browsers tell of every failure in their console.
  if (!navigator.onLine) throw new Error('there is no network');
  const response = await fetch('/api/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, ...(isModerator && { role: 'moderator' }) }),
  });
  if (response.status === 400) throw new NameRefused(WHAT_A_NAME_IS);
  if (!response.ok) throw new Error(`login answered ${response.status}`);
  const { token, user } = (await response.json()) as LoggedIn;
  return { token, identity: { ...user, isModerator } };
};
