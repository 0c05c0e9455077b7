import type { Clock } from '../clock.js';
import { toRoomError, UnavailableError, UnknownOutcomeError } from '../errors.js';
import type { Directory } from '../placement/directory.js';
import type { RoomHost } from '../placement/room-host.js';
import type { ReplyTo, Request } from '../room/request.js';
import type { Courier } from './courier.js';

/** Takes a request to the room's owner, here or on another node, and settles it by its deadline. */
export class Router {
  constructor(
    private readonly node: string,
    private readonly host: RoomHost,
    private readonly directory: Directory,
    private readonly courier: Courier,
    private readonly clock: Clock,
    private readonly deadlineMs: number,
  ) {}

  /**
   * Requests to a room that is active here are in its mailbox when this returns.
   * Rejects with a `RoomError`; UNKNOWN_OUTCOME when there is no answer in time.
   * @param onLate what to do with an answer that nobody waits for any more.
   */
  ask<R extends Request>(
    address: string,
    request: R,
    timeoutMs = this.deadlineMs,
    onLate?: (reply: ReplyTo<R>) => void,
  ): Promise<ReplyTo<R>> {
    const deadline = this.clock.now() + timeoutMs;
    const answer = this.host.isActive(address)
      ? this.host.ask(address, request, deadline)
      : this.#route(address, request, deadline);
    return new Promise((resolve, reject) => {
      let isLate = false;
      const timer = this.clock.after(timeoutMs, () => {
        isLate = true;
        reject(new UnknownOutcomeError());
      });
      answer
        .finally(() => this.clock.cancel(timer))
        .then(
          (reply) => (isLate ? onLate?.(reply) : resolve(reply)),
          (error: unknown) => reject(toRoomError(error)),
        );
    });
  }

  async #route<R extends Request>(address: string, request: R, deadline: number): Promise<ReplyTo<R>> {
    const owner = await this.directory.locate(address);
    if (owner === undefined) throw new UnavailableError();
    if (owner === this.node) return this.host.ask(address, request, deadline);
    return this.courier.send(owner, { address, request, deadline });
  }
}
