import { describe, expect, it } from '@jest/globals';
import { FencedError, NotFlushedError, StoreRefusedError } from '@greenroom/rooms';
import { GroupCommit, type Committer } from './group-commit.js';

/** A store below whose transactions are settled by the test. */
class Below implements Committer {
  readonly written: string[] = [];
  readonly events: string[] = [];
  readonly #gates: (() => void)[] = [];
  failWith: Error | undefined;
  opens = true;
  reopens = true;

  async commit(work: () => void): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const before = this.written.length;
    if (this.opens) work();
    this.events.push(`group of ${this.written.length - before}`);
    await new Promise<void>((resolve) => this.#gates.push(resolve));
    if (this.failWith !== undefined) throw this.failWith;
  }
  async flushed(): Promise<void> {
    this.events.push('flushed');
  }
  async reopen(): Promise<void> {
    this.events.push('reopen');
    if (!this.reopens) throw new StoreRefusedError('no disk');
  }
  /** Once a transaction is in flight: what is submitted from here on is not in it. */
  async inFlight(): Promise<void> {
    while (this.#gates.length === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  /** Lets the transaction in flight end. */
  async settle(): Promise<void> {
    await this.inFlight();
    this.#gates.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('GroupCommit', () => {
  it('gathers what comes while a group is in flight into the next one', async () => {
    const below = new Below();
    const commits = new GroupCommit(below);
    const write = (name: string): Promise<string> =>
      commits.submit('flushed', () => () => {
        below.written.push(name);
        return name;
      });
    const first = ['a', 'b', 'c'].map(write);
    await below.inFlight();
    const second = ['d', 'e'].map(write);
    await below.settle();
    expect(await Promise.all(first)).toEqual(['a', 'b', 'c']);
    await below.settle();
    expect(await Promise.all(second)).toEqual(['d', 'e']);
    expect(below.events).toEqual(['group of 3', 'flushed', 'group of 2', 'flushed']);
  });

  it('skips a write that is refused, and no other', async () => {
    const below = new Below();
    const commits = new GroupCommit(below);
    const fine = commits.submit('flushed', () => () => below.written.push('fine'));
    const fenced = commits.submit('flushed', () => {
      throw new FencedError('chat/cats');
    });
    const unreadable = commits.submit('flushed', () => {
      throw new RangeError('garbage in the row');
    });
    const outcomes = Promise.allSettled([fine, fenced, unreadable]);
    await below.settle();
    const reasons = (await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason);
    expect(reasons).toEqual([false, expect.any(FencedError), expect.any(StoreRefusedError)]);
    expect(below.written).toEqual(['fine']);
  });

  it('acknowledges `committed` without waiting for the flush', async () => {
    const below = new Below();
    const commits = new GroupCommit(below);
    const write = commits.submit('committed', () => () => undefined);
    await below.settle();
    await write;
    expect(below.events).toEqual(['group of 0']);
  });

  it('goes on after a group that was refused as a whole', async () => {
    const below = new Below();
    const commits = new GroupCommit(below);
    below.failWith = new StoreRefusedError('disk full');
    const lost = expect(commits.submit('flushed', () => () => 1)).rejects.toThrow('disk full');
    await below.settle();
    await lost;
    below.failWith = undefined;
    const kept = commits.submit('flushed', () => () => 2);
    await below.settle();
    expect(await kept).toBe(2);
  });

  it('goes back to what is on disk once a flush has failed, and writes what waits after that', async () => {
    const below = new Below();
    const commits = new GroupCommit(below);
    below.failWith = new NotFlushedError(new Error('EIO'));
    const unflushed = expect(commits.submit('flushed', () => () => 1)).rejects.toBeInstanceOf(NotFlushedError);
    await below.inFlight();
    const waiting = commits.submit('flushed', () => () => 2);
    await below.settle();
    await unflushed;
    below.failWith = undefined;
    await below.settle();
    expect(await waiting).toBe(2);
    expect(below.events).toEqual(['group of 0', 'reopen', 'group of 0', 'flushed']);
  });

  it('refuses what waits when it cannot be opened again, and tries again with the next write', async () => {
    const below = new Below();
    const commits = new GroupCommit(below);
    below.failWith = new NotFlushedError(new Error('EIO'));
    const unflushed = expect(commits.submit('flushed', () => () => 1)).rejects.toBeInstanceOf(NotFlushedError);
    await below.settle();
    await unflushed;
    below.failWith = undefined;
    below.reopens = false;
    await expect(commits.submit('flushed', () => () => 2)).rejects.toBeInstanceOf(StoreRefusedError);
    below.reopens = true;
    const healed = commits.submit('flushed', () => () => 3);
    await below.settle();
    expect(await healed).toBe(3);
    expect(below.events).toEqual(['group of 0', 'reopen', 'reopen', 'group of 0', 'flushed']);
  });

  it('refuses those that wait when no transaction can be opened, instead of trying for ever', async () => {
    const below = new Below();
    const commits = new GroupCommit(below);
    below.opens = false;
    below.failWith = new StoreRefusedError('no transaction');
    const waiting = expect(commits.submit('flushed', () => () => 1)).rejects.toBeInstanceOf(StoreRefusedError);
    await below.settle();
    await waiting;
    below.opens = true;
    below.failWith = undefined;
    const next = commits.submit('flushed', () => () => 2);
    await below.settle();
    expect(await next).toBe(2);
  });

  it('stops once what it has is written, and refuses what comes later', async () => {
    const below = new Below();
    const commits = new GroupCommit(below);
    const last = commits.submit('flushed', () => () => 'last');
    const stopped = commits.stop('closed');
    await expect(commits.submit('flushed', () => () => 'late')).rejects.toBeInstanceOf(StoreRefusedError);
    await below.settle();
    expect(await last).toBe('last');
    await stopped;
  });
});
