/** A text begins with `<<room:number:`, goes on with what makes it long enough, and ends with `>>`. */
const OPEN = '<<';
const CLOSE = '>>';
const ROOM_DIGITS = 5;
const NUMBER_DIGITS = 9;
const SEPARATOR = ':';
const FILLER = 'x';

const ZERO = '0'.charCodeAt(0);
const SEPARATOR_CODE = SEPARATOR.charCodeAt(0);
const CLOSE_CODE = CLOSE.charCodeAt(0);
const ROOM_AT = OPEN.length;
const NUMBER_AT = ROOM_AT + ROOM_DIGITS + SEPARATOR.length;
const HEAD = NUMBER_AT + NUMBER_DIGITS + SEPARATOR.length;
const OPEN_BYTES = Buffer.from(OPEN);

/** The shortest text that says what it must. */
export const SHORTEST_TEXT = HEAD + CLOSE.length;

/** The text of one command: no other has the same. */
export const textOf = (room: number, number: number, length: number): string => {
  const head = `${OPEN}${String(room).padStart(ROOM_DIGITS, '0')}${SEPARATOR}${String(number).padStart(NUMBER_DIGITS, '0')}${SEPARATOR}`;
  return head + FILLER.repeat(length - head.length - CLOSE.length) + CLOSE;
};

/** Which command a whole text is of. */
export const numberOf = (text: string): number => Number(text.slice(NUMBER_AT, NUMBER_AT + NUMBER_DIGITS));

/** Finds texts in a frame of whatever encoding, since in all of them a text is itself. Reads bytes, for speed. */
export class TokenReader {
  /** Of the text that was found last. */
  room = -1;
  number = -1;

  /** @param length of every text, in bytes */
  constructor(private readonly length: number) {}

  /** Where the first text from `from` on ends, or -1. A text that is damaged is found as room -1. */
  next(bytes: Buffer, from: number, end: number): number {
    const at = bytes.indexOf(OPEN_BYTES, from);
    if (at < 0 || at + this.length > end) return -1;
    this.room = digits(bytes, at + ROOM_AT, ROOM_DIGITS);
    this.number = digits(bytes, at + NUMBER_AT, NUMBER_DIGITS);
    const last = at + this.length - 1;
    const isWhole =
      bytes[at + HEAD - 1] === SEPARATOR_CODE && bytes[last] === CLOSE_CODE && bytes[last - 1] === CLOSE_CODE;
    if (!isWhole) this.room = -1;
    return at + this.length;
  }
}

const digits = (bytes: Buffer, at: number, count: number): number => {
  let value = 0;
  for (let i = at; i < at + count; i += 1) value = value * 10 + ((bytes[i] ?? 0) - ZERO);
  return value;
};
