import { createHash } from 'node:crypto';
import { z } from 'zod';

const LONGEST_NAME = 64;
/** Counts characters, not what they take in UTF-16. */
const ONE_TO_LONGEST = new RegExp(`^.{1,${LONGEST_NAME}}$`, 'su');

/** Line breaks, controls, and what turns or hides the characters around it. */
const UNSEEN = /[\p{Cc}\p{Cs}\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

/** A name as people see it: composed (NFC), single spaces, 1 to 64 characters, nothing invisible. */
export const personName = z
  .string()
  .max(4 * LONGEST_NAME)
  .transform((name) => name.normalize('NFC').replaceAll(/ +/g, ' ').trim())
  .refine((name) => ONE_TO_LONGEST.test(name), `must have 1 to ${LONGEST_NAME} characters`)
  .refine((name) => !UNSEEN.test(name), 'must have no control or invisible characters');

/** The same name is always the same person. Fits wherever an id may stand: lower-case letters and digits. */
export const personId = (name: string): string =>
  `u${createHash('sha256').update(`greenroom-demo:${name}`).digest('hex').slice(0, 24)}`;
