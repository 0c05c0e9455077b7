import type { Clock } from '../clock.js';
import { toRoomError, UnknownOutcomeError, type RoomError } from '../errors.js';
import type { RoomsLogger } from '../logger.js';
import type { Directory } from '../placement/directory.js';
import type { RoomHost } from '../placement/room-host.js';
import { answerLater, type Asker } from '../room/asker.js';
import { isLeaving, nameOf, type ReplyTo, type Request } from '../room/request.js';
import { mustTravel } from '../room/verdict.js';
import { Timeouts, type Timeout } from '../timeouts.js';
import type { Courier } from './courier.js';
import { Line, mayGoAgain, type Call } from './line.js';

/** Takes a request to the room's owner, here or on another node, and settles it by its deadline. */
export class Router {
  readonly #timeouts: Timeouts;
  /** Of rooms that are not here, or have just gone. */
  readonly #lines = new Map<string, Line>();
  #calls = 0;
  #rounds = 0;

  constructor(
    private readonly node: string,
    private readonly host: RoomHost,
    private readonly directory: Directory,
    private readonly courier: Courier,
    /** Ids of those that are open here. */
    private readonly connections: ReadonlySet<string>,
    private readonly clock: Clock,
    private readonly deadlineMs: number,
    private readonly logger: RoomsLogger,
  ) {
    this.#timeouts = new Timeouts(clock, deadlineMs);
  }

  /**
   * Requests to a room that is active here are in its mailbox when this returns.
   * Rejects with a `RoomError`; UNKNOWN_OUTCOME when there is no answer in time.
   * @param onLate what to do with an answer that nobody waits for any more.
   * @param asTold what a failure is to whoever asked.
   */
  ask<R extends Request>(
    address: string,
    request: R,
    timeoutMs = this.deadlineMs,
    onLate?: (reply: ReplyTo<R>) => void,
    asTold?: (error: RoomError) => RoomError,
  ): Promise<ReplyTo<R>> {
    const timeouts = timeoutMs === this.deadlineMs ? this.#timeouts : new Timeouts(this.clock, timeoutMs);
    return new Promise((resolve, reject) => {
      this.#calls += 1;
      const deadline = this.clock.now() + timeoutMs;
      const number = this.#calls;
      // A question of one kind is answered by what is of its type.
      const question = { address, request, deadline, number, resolve, reject, onLate, asTold } as Question;
      const call = new InTime(question, timeouts, this.#takeBack);
      const isHere = !this.#lines.has(address) && this.host.isActive(address);
      // A command is looked at by the room itself.
      if (!(isHere && request.type === 'command') && !this.#mayTravel(call)) return;
      if (isHere) this.host.ask(address, request, deadline, call);
      else this.#lineTo(address).put(call);
    });
  }

  /** Before it has a place in a line: who is behind it does not wait for it. */
  #mayTravel(call: InTime): boolean {
    try {
      mustTravel(call.request);
      return true;
    } catch (cause) {
      this.logger.error(`failed at ${nameOf(call.request)}`, { room: call.address, cause });
      call.fail(cause);
      return false;
    }
  }

  /** Rooms may have other owners: who waits to be asked again goes first. */
  hurry(): void {
    for (const line of this.#lines.values()) line.hurry();
  }

  /** The room was here when the call was made, and has gone. */
  readonly #takeBack = (call: InTime, error: unknown): void => this.#lineTo(call.address).takeBack(call, error);

  #lineTo(address: string): Line {
    const known = this.#lines.get(address);
    if (known !== undefined) return known;
    const line = new Line(
      {
        locate: () => this.directory.locate(address),
        isWanted: (call) => this.#isWanted(call),
        nextRound: () => (this.#rounds += 1),
        hand: (owner, { request, deadline }, inLine, asker) => {
          if (owner === this.node) this.host.ask(address, request, deadline, asker);
          else answerLater(asker, this.courier.send(owner, { address, request, deadline, from: this.node, ...inLine }));
        },
        emptied: () => void this.#lines.delete(address),
      },
      this.clock,
    );
    this.#lines.set(address, line);
    return line;
  }

  /** A join whose connection is gone would take the session away from where it was taken up since. */
  #isWanted({ request, deadline }: Call): boolean {
    if (isLeaving(request)) return true;
    if (request.type === 'join' && !this.connections.has(request.connection)) return false;
    return deadline > this.clock.now();
  }
}

interface Question extends Pick<Call, 'request' | 'deadline' | 'number'> {
  readonly address: string;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onLate: ((reply: unknown) => void) | undefined;
  readonly asTold: ((error: RoomError) => RoomError) | undefined;
}

/** A call that waits for its answer no longer than it may take, wherever the answer comes from. */
class InTime implements Call, Asker {
  readonly #timeout: Timeout;
  #isLate = false;

  constructor(
    private readonly question: Question,
    timeouts: Timeouts,
    /** To be asked again, of another owner. */
    private readonly again: (call: InTime, error: unknown) => void,
  ) {
    this.#timeout = timeouts.begin(() => {
      this.#isLate = true;
      question.reject(new UnknownOutcomeError());
    });
  }

  get address(): string {
    return this.question.address;
  }

  get request(): Request {
    return this.question.request;
  }

  get deadline(): number {
    return this.question.deadline;
  }

  get number(): number {
    return this.question.number;
  }

  resolve(reply: unknown): void {
    this.#timeout.end();
    if (this.#isLate) this.question.onLate?.(reply);
    else this.question.resolve(reply);
  }

  /** What the owner here answers. */
  reject(error: unknown): void {
    if (mayGoAgain(this, error)) this.again(this, error);
    else this.fail(error);
  }

  fail(error: unknown): void {
    this.#timeout.end();
    const { reject, asTold } = this.question;
    const known = toRoomError(error);
    reject(asTold === undefined ? known : asTold(known));
  }
}
