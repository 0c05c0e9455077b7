import type { Clock } from '../clock.js';
import { toRoomError, UnavailableError, UnknownOutcomeError } from '../errors.js';
import type { Directory } from '../placement/directory.js';
import type { RoomHost } from '../placement/room-host.js';
import type { Asker } from '../room/asker.js';
import type { ReplyTo, Request } from '../room/request.js';
import { Timeouts, type Timeout } from '../timeouts.js';
import type { Courier } from './courier.js';

/** Takes a request to the room's owner, here or on another node, and settles it by its deadline. */
export class Router {
  readonly #timeouts: Timeouts;

  constructor(
    private readonly node: string,
    private readonly host: RoomHost,
    private readonly directory: Directory,
    private readonly courier: Courier,
    private readonly clock: Clock,
    private readonly deadlineMs: number,
  ) {
    this.#timeouts = new Timeouts(clock, deadlineMs);
  }

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
    const timeouts = timeoutMs === this.deadlineMs ? this.#timeouts : new Timeouts(this.clock, timeoutMs);
    return new Promise((resolve, reject) => {
      const deadline = this.clock.now() + timeoutMs;
      const inTime = new InTime(resolve, reject, timeouts, onLate);
      // An asker of one kind of request is asked nothing else.
      const asker = inTime as Asker<unknown>;
      if (this.host.isActive(address)) this.host.ask(address, request, deadline, asker);
      else void this.#route(address, request, deadline, asker);
    });
  }

  async #route(address: string, request: Request, deadline: number, asker: Asker): Promise<void> {
    try {
      const owner = await this.directory.locate(address);
      if (owner === undefined) throw new UnavailableError();
      if (owner === this.node) this.host.ask(address, request, deadline, asker);
      else asker.resolve(await this.courier.send(owner, { address, request, deadline }));
    } catch (error) {
      asker.reject(error);
    }
  }
}

/** Waits for an answer no longer than it may take. */
class InTime<Reply> implements Asker<Reply> {
  readonly #timeout: Timeout;
  #isLate = false;

  constructor(
    private readonly answer: (reply: Reply) => void,
    private readonly fail: (error: Error) => void,
    timeouts: Timeouts,
    private readonly onLate: ((reply: Reply) => void) | undefined,
  ) {
    this.#timeout = timeouts.begin(() => {
      this.#isLate = true;
      fail(new UnknownOutcomeError());
    });
  }

  resolve(reply: Reply): void {
    this.#timeout.end();
    if (this.#isLate) this.onLate?.(reply);
    else this.answer(reply);
  }

  reject(error: unknown): void {
    this.#timeout.end();
    this.fail(toRoomError(error));
  }
}
