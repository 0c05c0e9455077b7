import { BusyError } from '../errors.js';
import type { CommandReply, CommandRequest } from './request.js';
import { roughBytes } from './rough-bytes.js';

/** What one member may have waiting, so that others find a place in the mailbox beside it. */
export interface UnansweredLimits {
  readonly commands: number;
  /** Of their data, roughly. A command that waits alone may be larger. */
  readonly bytes: number;
}

interface Waiting {
  readonly replies: Map<string, Promise<CommandReply>>;
  bytes: number;
}

/** Commands that wait for their answer, by member and command id, so that a repeat joins the one under way. */
export class Unanswered {
  readonly #members = new Map<string, Waiting>();

  /** @throws BusyError when the member has as many, or as much, as the limits allow. */
  ask(
    { as: { id: member }, commandId, data }: CommandRequest,
    limits: UnansweredLimits,
    run: () => Promise<CommandReply>,
  ): Promise<CommandReply> {
    const waiting = this.#members.get(member) ?? { replies: new Map<string, Promise<CommandReply>>(), bytes: 0 };
    const { replies } = waiting;
    const same = replies.get(commandId);
    if (same !== undefined) return same.then((reply) => ({ ...reply, duplicate: true }));
    const bytes = roughBytes(data);
    if (replies.size >= limits.commands || (replies.size > 0 && waiting.bytes + bytes > limits.bytes))
      throw new BusyError('The member');
    const reply = run().finally(() => {
      replies.delete(commandId);
      waiting.bytes -= bytes;
      if (replies.size === 0) this.#members.delete(member);
    });
    replies.set(commandId, reply);
    waiting.bytes += bytes;
    this.#members.set(member, waiting);
    return reply;
  }
}
