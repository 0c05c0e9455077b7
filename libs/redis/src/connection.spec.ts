import { describe, expect, it } from '@jest/globals';
import { defineScript, RefusedError, type Sender } from './connection.js';

/** Runs what it is sent at once, in order, and answers one command a turn of the event loop. */
class Server implements Sender {
  readonly ran: unknown[] = [];
  readonly sent: string[] = [];
  hasScript = false;
  #answered: Promise<unknown> = Promise.resolve();

  send(name: string, ...args: readonly unknown[]): Promise<unknown> {
    this.sent.push(name);
    this.hasScript ||= name === 'EVAL';
    const { hasScript } = this;
    if (hasScript) this.ran.push(args.at(-1));
    this.#answered = this.#answered.then(() => new Promise((resolve) => setImmediate(resolve)));
    return this.#answered.then(() => {
      if (!hasScript) throw new RefusedError('NOSCRIPT No matching script.');
      return undefined;
    });
  }
}

describe('a script', () => {
  const keys = ['app:{7}:room'];

  it('that the server does not know yet runs in the order it was sent', async () => {
    const server = new Server();
    const run = defineScript(server, 'return 1');
    const sent = [run(keys, [1]), run(keys, [2]), run(keys, [3])];
    await sent[0];
    sent.push(run(keys, [4]));
    await Promise.all(sent);
    expect(server.ran).toEqual([1, 2, 3, 4]);
    expect(server.sent).toEqual(['EVAL', 'EVAL', 'EVAL', 'EVALSHA']);
  });

  it('goes by its text once for each server of a cluster, and again when one has forgotten it', async () => {
    const server = new Server();
    const run = defineScript(server, 'return 1');
    await run(keys, [1]);
    await run(['app:{8}:room'], [2]);
    await run(keys, [3]);
    server.hasScript = false;
    await run(keys, [4]);
    expect(server.ran).toEqual([1, 2, 3, 4]);
    expect(server.sent).toEqual(['EVAL', 'EVAL', 'EVALSHA', 'EVALSHA', 'EVAL']);
  });
});
