import type { Position } from '@greenroom/protocol';
import { defineScript, texts, type Script, type Sender } from '../connection.js';

/** KEYS hashes of one slot. -> epoch, seq of each */
const READ = `
local found = {}
for i, key in ipairs(KEYS) do found[i] = redis.call('HMGET', key, 'epoch', 'seq') end
return found`;

/** The server does nothing else meanwhile. */
const PAGE = 500;

export type Found = Promise<Position | undefined>;

/** `epoch` and `seq` of hashes, many at a time: a command for each would cost more than what it asks for. */
export class Positions {
  readonly #read: Script;

  constructor(redis: Sender) {
    this.#read = defineScript(redis, READ);
  }

  /** @param keys of any shards. @returns as many, in their order; those of a shard that cannot be read reject. */
  of(keys: readonly string[]): readonly Found[] {
    const pages = new Map<string, Page>();
    return keys.map((key) => {
      const slot = key.slice(0, key.indexOf('}'));
      let page = pages.get(slot);
      if (page === undefined || page.isFull) pages.set(slot, (page = new Page(this.#read)));
      return page.add(key);
    });
  }
}

/** Asked for once all that is asked in the same call has been added. */
class Page {
  readonly #keys: string[] = [];
  readonly #reply: Promise<readonly unknown[]>;

  constructor(read: Script) {
    this.#reply = Promise.resolve().then(() => read(this.#keys, [])) as Promise<readonly unknown[]>;
  }

  get isFull(): boolean {
    return this.#keys.length === PAGE;
  }

  async add(key: string): Found {
    const at = this.#keys.push(key) - 1;
    return positionOf((await this.#reply)[at]);
  }
}

export const positionOf = (reply: unknown): Position | undefined => {
  const [epoch, seq] = texts(reply);
  return epoch && seq ? { epoch: Number(epoch), seq: Number(seq) } : undefined;
};
