import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { Observation } from './observation.js';

const PAGE = 256 * 1024;

/** Writes observations to a file, a line of JSON each. */
export class ObservationWriter {
  readonly #file: number;
  #page: string[] = [];
  #length = 0;
  /** How many were written. */
  count = 0;

  constructor(readonly path: string) {
    this.#file = openSync(path, 'w');
  }

  write(observation: Observation): void {
    const line = `${JSON.stringify(observation)}\n`;
    this.#page.push(line);
    this.#length += line.length;
    this.count += 1;
    if (this.#length >= PAGE) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, this.#page.join(''));
    this.#page = [];
    this.#length = 0;
  }
}

/** The observations of a file, as often as they are asked for, a part of it in memory at a time. */
export const observationsOf = (path: string): Iterable<Observation> => ({
  *[Symbol.iterator]() {
    for (const line of lines(path)) yield JSON.parse(line) as Observation;
  },
});

function* lines(path: string): Generator<string> {
  const file = openSync(path, 'r');
  try {
    const decoder = new StringDecoder('utf8');
    const page = Buffer.alloc(PAGE);
    let rest = '';
    for (let read = readSync(file, page); read > 0; read = readSync(file, page)) {
      const parts = (rest + decoder.write(page.subarray(0, read))).split('\n');
      rest = parts.pop() ?? '';
      yield* parts;
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(file);
  }
}
