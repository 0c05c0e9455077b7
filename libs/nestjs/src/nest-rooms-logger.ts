import { inspect } from 'node:util';
import type { RoomsLogger } from '@greenroom/rooms';
import { Logger } from '@nestjs/common';

type Fields = Readonly<Record<string, unknown>>;

/** What users throw may say anything, at any length. */
const LONGEST = 4000;
const short = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text);

/** What the engine says, in the app's own log. */
export class NestRoomsLogger implements RoomsLogger {
  readonly #logger = new Logger('Rooms');

  warn(message: string, fields: Fields): void {
    this.#logger.warn(sentence(message, fields));
  }

  error(message: string, fields: Fields): void {
    const { cause } = fields;
    this.#logger.error(sentence(message, fields), cause instanceof Error ? short(String(cause.stack)) : undefined);
  }
}

const sentence = (message: string, fields: Fields): string => {
  const told = Object.entries(fields).map(([name, value]) => {
    const text = typeof value === 'string' ? value : value instanceof Error ? value.message : inspect(value);
    return `${name}=${short(text)}`;
  });
  return told.length === 0 ? message : `${message} (${told.join(', ')})`;
};
