import { parseAddress, type Address } from './address.js';
import { errorBody, type ErrorBody } from './error-body.js';
import type { Position } from './position.js';

type One<K extends string, V> = { readonly [P in K]: V };
type Maybe<K extends string, V> = One<K, V> | undefined;

/**
 * Reads an incoming object field by field: own properties only. Each read returns the field by its name, ready to be
 * spread. The first that is wrong is remembered in `failure`, which names the field and never its value; what is
 * returned from then on stands in and must be thrown away.
 */
export class Fields {
  failure: ErrorBody | undefined;
  readonly #body: object;

  constructor(body: object) {
    this.#body = body;
  }

  /** The room, as it came and taken apart. */
  place(): { readonly room: string; readonly address: Address } {
    const room = this.#own('room');
    const address = parseAddress(room);
    if (typeof room === 'string' && address !== undefined) return { room, address };
    this.#fail(errorBody('BAD_ADDRESS', 'room must be kind/id, each [A-Za-z0-9][A-Za-z0-9_.~-]{0,63}'));
    return { room: '', address: { kind: '', id: '' } };
  }

  /** Anything at all. */
  any<K extends string>(key: K): Maybe<K, unknown> {
    const value = this.#own(key);
    return value === undefined ? undefined : one(key, value);
  }

  text<K extends string>(key: K, longest: number): One<K, string> {
    const value = this.#own(key);
    if (typeof value === 'string' && value.length > 0 && value.length <= longest) return one(key, value);
    return this.#wrong(key, `a string of 1 to ${longest} characters`, '');
  }

  maybeText<K extends string>(key: K, longest: number): Maybe<K, string> {
    return this.#own(key) === undefined ? undefined : this.text(key, longest);
  }

  maybeTexts<K extends string>(key: K, most: number, longest: number): Maybe<K, readonly string[]> {
    const value = this.#own(key);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.length <= most) {
      const texts = value.filter((text): text is string => typeof text === 'string' && text.length <= longest);
      if (texts.length === value.length) return one(key, texts);
    }
    return this.#wrong(key, `at most ${most} strings of at most ${longest} characters`, []);
  }

  maybeInteger<K extends string>(key: K, least: number, most: number): Maybe<K, number> {
    const value = this.#own(key);
    if (value === undefined) return undefined;
    if (isInteger(value, least, most)) return one(key, value);
    return this.#wrong(key, `an integer from ${least} to ${most}`, 0);
  }

  maybeNumber<K extends string>(key: K): Maybe<K, number> {
    const value = this.#own(key);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isFinite(value)) return one(key, value);
    return this.#wrong(key, 'a finite number', 0);
  }

  maybePosition<K extends string>(key: K): Maybe<K, Position> {
    const value = this.#own(key);
    if (value === undefined) return undefined;
    if (typeof value === 'object' && value !== null) {
      const epoch = own(value, 'epoch');
      const seq = own(value, 'seq');
      if (isInteger(epoch, 0) && isInteger(seq, 0)) return one(key, { epoch, seq });
    }
    return this.#wrong(key, 'a position { epoch, seq } of safe integers, at least 0', { epoch: 0, seq: 0 });
  }

  /** A command's or signal's name. Those the framework sends itself are not a client's to send. */
  commandName(): One<'name', string> {
    const field = this.text('name', 64);
    if (field.name.startsWith('room.') || field.name.startsWith('xstate.')) {
      this.#fail(errorBody('UNKNOWN_COMMAND', 'name must not begin with room. or xstate.'));
    }
    return field;
  }

  #own(key: string): unknown {
    return own(this.#body, key);
  }

  #wrong<K extends string, V>(key: K, expected: string, standIn: V): One<K, V> {
    this.#fail(errorBody('BAD_FRAME', `${key} must be ${expected}`));
    return one(key, standIn);
  }

  #fail(error: ErrorBody): void {
    this.failure ??= error;
  }
}

function own(holder: object, key: string): unknown {
  return Object.hasOwn(holder, key) ? (holder as Record<string, unknown>)[key] : undefined;
}

function one<K extends string, V>(key: K, value: V): One<K, V> {
  return { [key]: value } as One<K, V>;
}

function isInteger(value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most;
}
