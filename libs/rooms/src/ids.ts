import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';

/** The only source of chance in the engine. Tests hand in a seeded one. */
export interface Ids {
  /** A name that no other process will make: connections, sessions, nodes, command ids. */
  unique(): string;
  /** A value that nobody can guess, at least 128 bits: session secrets. */
  secret(): string;
  /** What a turn's inputs are stamped with: an integer of 32 bits. */
  seed(): number;
}

export const systemIds: Ids = {
  // Node puts it together of two dozen pieces, which would all be kept with it, half a KiB: its bytes are read into one.
  unique: () => Buffer.from(randomUUID(), 'latin1').toString('latin1'),
  secret: () => randomBytes(24).toString('base64url'),
  seed: () => randomInt(2 ** 32),
};

/** What is kept of a secret, so that a log that leaks opens no session. */
export const digest = (secret: string): string => createHash('sha256').update(secret).digest('base64url');
