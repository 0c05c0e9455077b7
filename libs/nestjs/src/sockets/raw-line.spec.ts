import { Writable } from 'node:stream';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { RawLine } from './raw-line.js';

/** A TCP socket that takes what it is given at once, or when the spec says so. */
class Tcp extends Writable {
  /** What came in each write of the system. */
  readonly writes: string[][] = [];
  #taken: (() => void) | undefined;
  isSlow = false;

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#write([chunk], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.#write(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  read(): void {
    this.isSlow = false;
    this.#taken?.();
  }

  #write(chunks: Buffer[], done: () => void): void {
    this.writes.push(chunks.map(String));
    if (this.isSlow) this.#taken = done;
    else done();
  }
}

let tcp: Tcp;
let line: RawLine;
const write = (text: string): void => line.write(Buffer.from(text));
const tick = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  tcp = new Tcp();
  line = new RawLine(tcp);
});

it('frames of one tick, those of its promises too, leave in one write', async () => {
  write('a');
  await Promise.resolve();
  write('b');
  expect(tcp.writes).toEqual([]);
  await tick();
  write('c');
  await tick();
  expect(tcp.writes).toEqual([['a', 'b'], ['c']]);
});

it('comes before what others write afterwards, and after what they wrote before, all in one write', async () => {
  write('a');
  line.hold();
  tcp.write(Buffer.from('theirs'));
  write('b');
  line.hold();
  tcp.write(Buffer.from('theirs again'));
  await tick();
  expect(tcp.writes).toEqual([['a', 'theirs', 'b', 'theirs again']]);
});

it('is not written any more when the socket has been ended meanwhile', async () => {
  const errors: Error[] = [];
  tcp.on('error', (error) => errors.push(error));
  write('a');
  tcp.end();
  await tick();
  await tick();
  expect(errors).toEqual([]);
  expect(line.waiting).toEqual({ bytes: 0, frames: 0 });
});

describe('what waits', () => {
  it('is what this tick wrote, until it is over', async () => {
    expect(line.isIdle).toBe(true);
    write('abc');
    write('de');
    expect(line.isIdle).toBe(false);
    expect(line.waiting).toEqual({ bytes: 5, frames: 2 });
    expect(line.waitingBytes).toBe(5);
    await tick();
    expect(line.isIdle).toBe(true);
    expect(line.waiting).toEqual({ bytes: 0, frames: 0 });
  });

  it('is what the system has not taken, with what this tick writes', async () => {
    tcp.isSlow = true;
    write('abc');
    await tick();
    write('de');
    write('fgh');
    expect(line.isIdle).toBe(false);
    expect(line.waiting).toEqual({ bytes: 8, frames: 3 });
    expect(line.waitingBytes).toBe(8);
    await tick();
    expect(line.waiting).toEqual({ bytes: 8, frames: 3 });
    tcp.read();
    await tick();
    expect(line.isIdle).toBe(true);
    expect(line.waiting).toEqual({ bytes: 0, frames: 0 });
  });

  it('is held by the socket while others write too', async () => {
    write('abc');
    line.hold();
    write('de');
    expect(line.isIdle).toBe(false);
    expect(line.waiting).toEqual({ bytes: 5, frames: 2 });
    await tick();
    expect(line.isIdle).toBe(true);
  });
});
