import { BusyError } from '../errors.js';
import type { CommandReply } from './request.js';

/** Commands that wait for their answer, by member and command id, so that a repeat joins the one under way. */
export class Unanswered {
  readonly #members = new Map<string, Map<string, Promise<CommandReply>>>();

  /** @throws BusyError when the member has `limit` already. */
  ask(member: string, commandId: string, limit: number, run: () => Promise<CommandReply>): Promise<CommandReply> {
    const waiting = this.#members.get(member) ?? new Map<string, Promise<CommandReply>>();
    const same = waiting.get(commandId);
    if (same !== undefined) return same.then((reply) => ({ ...reply, duplicate: true }));
    if (waiting.size >= limit) throw new BusyError('The member');
    const reply = run().finally(() => {
      waiting.delete(commandId);
      if (waiting.size === 0) this.#members.delete(member);
    });
    this.#members.set(member, waiting.set(commandId, reply));
    return reply;
  }
}
