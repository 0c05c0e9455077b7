import { BusyError } from '../errors.js';
import type { NodeLimits } from '../limits.js';
import type { Asker } from './asker.js';
import type { CommandReply, CommandRequest } from './request.js';

/** What one member may have waiting, so that others find a place in the mailbox beside it. */
export type UnansweredLimits = Pick<NodeLimits, 'maxUnanswered' | 'maxUnansweredBytes'>;

interface OfMember {
  readonly pending: Map<string, Pending>;
  bytes: number;
}

/** Commands that wait for their answer, by member and command id, so that a repeat joins the one under way. */
export class Unanswered {
  readonly #members = new Map<string, OfMember>();

  /**
   * @param bytes of its data, roughly
   * @returns whom the room is to answer; `undefined` for a repeat, which is answered with the first
   * @throws BusyError when the member has as many, or as much, as the limits allow
   */
  begin(
    { as: { id: member }, commandId }: CommandRequest,
    bytes: number,
    limits: UnansweredLimits,
    asker: Asker<CommandReply>,
  ): Asker<CommandReply> | undefined {
    const own = this.#members.get(member) ?? { pending: new Map<string, Pending>(), bytes: 0 };
    const same = own.pending.get(commandId);
    if (same !== undefined) {
      same.join(asker);
      return undefined;
    }
    const { maxUnanswered, maxUnansweredBytes } = limits;
    if (own.pending.size >= maxUnanswered || (own.pending.size > 0 && own.bytes + bytes > maxUnansweredBytes))
      throw new BusyError('The member');
    const pending = new Pending(asker, () => {
      own.pending.delete(commandId);
      own.bytes -= bytes;
      if (own.pending.size === 0) this.#members.delete(member);
    });
    own.pending.set(commandId, pending);
    own.bytes += bytes;
    this.#members.set(member, own);
    return pending;
  }
}

/** One command that waits, and whoever repeated it meanwhile. */
class Pending implements Asker<CommandReply> {
  #repeats: Asker<CommandReply>[] | undefined;

  constructor(
    private readonly asker: Asker<CommandReply>,
    private readonly answered: () => void,
  ) {}

  join(asker: Asker<CommandReply>): void {
    (this.#repeats ??= []).push(asker);
  }

  resolve(reply: CommandReply): void {
    this.answered();
    this.asker.resolve(reply);
    for (const repeat of this.#repeats ?? []) repeat.resolve({ ...reply, duplicate: true });
  }

  reject(error: unknown): void {
    this.answered();
    this.asker.reject(error);
    for (const repeat of this.#repeats ?? []) repeat.reject(error);
  }
}
