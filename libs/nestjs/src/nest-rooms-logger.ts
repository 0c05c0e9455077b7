import { inspect } from 'node:util';
import type { RoomsLogger } from '@greenroom/rooms';
import { Logger } from '@nestjs/common';

type Fields = Readonly<Record<string, unknown>>;

/** Characters of one field, and of a stack, that are written; more are of no help, and may be somebody's megabyte. */
const LONGEST = 500;
const LONGEST_STACK = 4000;
/** Causes of causes that are told; one may be its own. */
const MOST_CAUSES = 4;
/** What begins a new line, moves a terminal's cursor or turns text around. */
const CONTROL = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** What the engine says, in the app's own log: one line each, whatever a client has put into it. */
export class NestRoomsLogger implements RoomsLogger {
  readonly #logger = new Logger('Rooms');

  warn(message: string, fields: Fields): void {
    this.#logger.warn(sentence(message, fields));
  }

  error(message: string, fields: Fields): void {
    const { cause } = fields;
    this.#logger.error(
      sentence(message, fields),
      cause instanceof Error ? short(String(cause.stack), LONGEST_STACK) : undefined,
    );
  }
}

const sentence = (message: string, fields: Fields): string => {
  const told = Object.entries(fields).map(([name, value]) => {
    const text = typeof value === 'string' ? value : value instanceof Error ? reasons(value) : inspect(value);
    return `${name}=${oneLine(text)}`;
  });
  return oneLine(message) + (told.length === 0 ? '' : ` (${told.join(', ')})`);
};

/** An error often only says what could not be done; why not, its cause does. */
const reasons = ({ message, cause }: Error, most = MOST_CAUSES): string =>
  most > 0 && cause instanceof Error && cause.message !== message ? `${message} ${reasons(cause, most - 1)}` : message;

const short = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}...` : text);

const oneLine = (text: string): string => short(text, LONGEST).replaceAll(CONTROL, escaped);

const escaped = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
