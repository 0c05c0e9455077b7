import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from './config.js';

/** Nest's logger over pino: one JSON object a line, on standard output. */
export class PinoLogger implements LoggerService {
  readonly #pino: Logger;

  constructor(level: LogLevel, destination?: DestinationStream) {
    const options = { level, base: null };
    this.#pino = destination ? pino(options, destination) : pino(options);
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.#write('info', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.#write('fatal', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('trace', message, rest);
  }

  /** Nest hands in the context last, and before it whatever else there is: a stack, an error, more to say. */
  #write(level: Exclude<LogLevel, 'silent'>, message: unknown, rest: readonly unknown[]): void {
    const last = rest.at(-1);
    const context = typeof last === 'string' ? last : undefined;
    const details = context === undefined ? rest : rest.slice(0, -1);
    const err = [message, ...details].find((each) => each instanceof Error);
    const more = details.filter((each) => each !== err && each !== undefined);
    const text = message instanceof Error ? message.message : message;
    this.#pino[level](
      { ...(context && { context }), ...(err && { err }), ...(more.length > 0 && { details: more }) },
      typeof text === 'string' ? text : JSON.stringify(text),
    );
  }
}
