import type { Reply } from '@greenroom/protocol';
import { backoffMs } from '../connection/backoff.js';
import type { Packet } from '../connection/carrier.js';
import type { Answered } from '../connection/pending.js';
import type { Environment } from '../environment.js';
import { RoomError, roomError } from '../room-error.js';

/** So many are on their way at once: half of what the server lets a member have unanswered. */
const WINDOW = 32;
/** How long to wait before a refused one is sent again, when the server does not say. */
const RETRY = { firstMs: 100, longestMs: 5000 };

export interface OutboxOptions {
  /** Operations that may wait, those on their way included. */
  readonly limit: number;
  /** Milliseconds from being asked until it is given up. */
  readonly timeoutMs: number;
}

interface Item {
  readonly packet: Packet;
  /** What it changes, it changes once. A question may be asked again and nobody is the wiser. */
  readonly isCommand: boolean;
  readonly resolve: (body: object) => void;
  readonly reject: (error: RoomError) => void;
  readonly cancelDeadline: () => void;
  /** On its way: it will be answered, or lost. */
  isSent: boolean;
  /** It was lost on its way, or the server does not know either: it may have taken effect. */
  isUnknown: boolean;
  /** Why the server did not take it the last time. */
  refusal: RoomError | undefined;
}

/**
 * What a room is asked, in the order asked: sent while one is attached to the room, kept while not, sent again until the
 * server has answered for good. A command keeps its id, so that it takes effect once. Everything in it settles.
 */
export class Outbox {
  readonly #items: Item[] = [];
  #isOpen = false;
  #closed: RoomError | undefined;
  #refusals = 0;
  #cancelHold: (() => void) | undefined;

  constructor(
    private readonly send: (packet: Packet, answered: Answered) => void,
    /** The server says that one is not attached to the room. */
    private readonly onDetached: () => void,
    private readonly environment: Environment,
    private readonly options: OutboxOptions,
  ) {}

  /** Resolves to the reply's body; rejects with a RoomError. */
  ask(packet: Packet, isCommand: boolean): Promise<object> {
    const { limit, timeoutMs } = this.options;
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    if (this.#items.length >= limit) return Promise.reject(roomError('BUSY', `${limit} operations wait already.`));
    return new Promise((resolve, reject) => {
      const cancelDeadline = this.environment.after(timeoutMs, () => this.#expire(item));
      const item: Item = {
        packet,
        isCommand,
        resolve,
        reject,
        cancelDeadline,
        isSent: false,
        isUnknown: false,
        refusal: undefined,
      };
      this.#items.push(item);
      this.#pump();
    });
  }

  /** One is attached to the room. */
  open(): void {
    this.#isOpen = true;
    this.#pump();
  }

  /** One is not attached to the room any more: what is asked waits. */
  pause(): void {
    this.#isOpen = false;
    this.#cancelHold?.();
    this.#cancelHold = undefined;
  }

  /** The room is over for this client. What is on its way may still be answered. */
  close(error: RoomError): void {
    this.pause();
    this.#closed = error;
    for (const item of this.#items.filter(({ isSent }) => !isSent)) this.#giveUp(item, error);
  }

  /** No more than one at a time after a refusal, so that those behind it do not overtake it. */
  #pump(): void {
    if (!this.#isOpen || this.#cancelHold !== undefined) return;
    const window = this.#refusals > 0 ? 1 : WINDOW;
    const sent = this.#items.reduce((count, { isSent }) => count + (isSent ? 1 : 0), 0);
    for (const item of this.#items.filter(({ isSent }) => !isSent).slice(0, Math.max(0, window - sent))) {
      item.isSent = true;
      this.send(item.packet, (reply) => this.#answered(item, reply));
    }
  }

  #answered(item: Item, reply: Reply | undefined): void {
    if (!this.#items.includes(item)) return this.#pump();
    item.isSent = false;
    if (reply === undefined) {
      item.isUnknown = true;
      if (this.#closed !== undefined) this.#giveUp(item, this.#closed);
    } else if (reply.ok) {
      this.#refusals = 0;
      this.#remove(item);
      item.resolve(reply);
      this.#pump();
    } else this.#refused(item, new RoomError(reply.error));
  }

  #refused(item: Item, error: RoomError): void {
    const isDetached = error.code === 'NOT_A_MEMBER';
    item.isUnknown ||= error.code === 'UNKNOWN_OUTCOME';
    if (this.#closed !== undefined || !(error.retryable || isDetached)) {
      this.#giveUp(item, error);
      return this.#pump();
    }
    item.refusal = error;
    if (isDetached) {
      this.pause();
      this.onDetached();
    } else this.#hold(error.retryAfterMs);
  }

  /** Nothing more is sent for a while. Those that were on their way together are refused for one reason. */
  #hold(retryAfterMs = 0): void {
    if (this.#cancelHold !== undefined) return;
    const { environment } = this;
    const delayMs = retryAfterMs + backoffMs(this.#refusals, RETRY, () => environment.random());
    this.#refusals += 1;
    this.#cancelHold = environment.after(delayMs, () => {
      this.#cancelHold = undefined;
      this.#pump();
    });
  }

  #expire(item: Item): void {
    this.#giveUp(item, item.refusal ?? roomError('UNAVAILABLE', 'The server was not reached in time.'));
    this.#pump();
  }

  /**
   * Rejects with the error, unless nobody knows what came of it: of what may have taken effect before, only the room
   * itself can say that it has not. Doors on the way to it do not know.
   */
  #giveUp(item: Item, error: RoomError): void {
    this.#remove(item);
    const isUnknown = item.isCommand && (item.isSent || item.isUnknown) && error.code !== 'REJECTED';
    item.reject(isUnknown ? roomError('UNKNOWN_OUTCOME', 'It was sent, and what came of it is not known.') : error);
  }

  #remove(item: Item): void {
    item.cancelDeadline();
    this.#items.splice(this.#items.indexOf(item), 1);
  }
}
