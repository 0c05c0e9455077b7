import { createHash } from 'node:crypto';

/** What a command is made of. */
export type Argument = string | number | Buffer;

/** Takes commands. Strings of a reply are bytes; a status (`OK`) may be either. */
export interface Sender {
  send(name: string, ...args: readonly Argument[]): Promise<unknown>;
}

/**
 * One connection to a server, or those to the servers of a cluster, by whichever client. Nothing waits for it: what cannot
 * be sent fails at once, and so does, when the connection is lost, what was not answered. Whoever asked decides what that
 * means, and no write comes minutes late.
 */
export interface RedisConnection extends Sender {
  readonly isCluster: boolean;
  /** The number of the one that its keys are in. */
  readonly database: number;
  /** What is sent now goes out, as far as one knows. */
  readonly isUp: boolean;
  /** Each of the servers that take writes. */
  primaries(): Promise<readonly Sender[]>;
  /** Of a connection that does nothing else: sharded channels. Resolves once the server has them. */
  subscribe(channel: string): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  onMessage(listener: (channel: string, message: Buffer) => void): void;
  onLost(listener: () => void): void;
  /** The connection is there again: its channels have to be asked for. */
  onReady(listener: () => void): void;
  disconnect(): void;
}

/** Why Redis cannot be used; one sentence for whoever runs the server. */
export class RedisUnfitError extends Error {
  override readonly name = 'RedisUnfitError';
}

/** The command was not run: the server refused it, or it was never sent. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** A Lua script, whose replies are bytes. */
export type Script = (keys: readonly string[], args: readonly Argument[]) => Promise<unknown>;

/**
 * Sent by its text until the server has answered to it, and then by its digest: what is sent meanwhile stays in order, which it
 * would not behind one that turns out to be unknown.
 */
export function defineScript(redis: Sender, lua: string): Script {
  const digest = createHash('sha1').update(lua).digest('hex');
  /** Hash tags, as each server of a cluster knows its own. */
  const known = new Set<string>();
  return async (keys, args) => {
    const tag = /\{.+?\}/.exec(keys[0] ?? '')?.[0] ?? '';
    const rest = [keys.length, ...keys, ...args];
    try {
      const reply = await (known.has(tag) ? redis.send('EVALSHA', digest, ...rest) : redis.send('EVAL', lua, ...rest));
      known.add(tag);
      return reply;
    } catch (error) {
      // It may be another server by now.
      known.clear();
      if (!(error instanceof RefusedError && error.message.startsWith('NOSCRIPT'))) throw error;
      return redis.send('EVAL', lua, ...rest);
    }
  };
}

/** What is in a reply that is a string or a status; `undefined` for another, or none. */
export const text = (reply: unknown): string | undefined => {
  if (Buffer.isBuffer(reply)) return reply.toString();
  return typeof reply === 'string' ? reply : undefined;
};

/** What is in a reply that is a list of strings. */
export const texts = (reply: unknown): readonly (string | undefined)[] =>
  Array.isArray(reply) ? reply.map((each: unknown) => text(each)) : [];
