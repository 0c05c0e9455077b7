import {
  parseOperation,
  CLOSE,
  type ErrorBody,
  type Operation,
  type Reply,
  type SignalOperation,
} from '@greenroom/protocol';
import { BusyError, RateLimitedError, toRoomError, UnavailableError, type RoomError } from '@greenroom/rooms';
import type { CarrierConnection } from '../carriers/carrier-connection.js';
import { SignalGate } from '../limits/signal-gate.js';
import { TokenBucket } from '../limits/token-bucket.js';
import { ConnectionQueue } from '../sockets/connection-queue.js';
import type { Desk } from './desk.js';
import { greet, UnsupportedVersionError } from './hello.js';
import type { InRoom } from './in-room.js';
import { Patience } from './patience.js';
import type { Renewal } from './renewal.js';
import { Step } from './step.js';

const NAMES: ReadonlySet<string> = new Set<Operation['op']>([
  'hello',
  'auth',
  'join',
  'members',
  'leave',
  'send',
  'signal',
  'history',
  'ping',
]);

export const isOperation = (name: string): boolean => NAMES.has(name);

/** Answers one operation; safe to call at any time. `false` when the reply could not be written: INTERNAL was told instead. */
export type Answer = (reply: Reply) => boolean;

/**
 * What one connection that has been let in asks for, whatever carries it. Every operation is answered exactly once,
 * except `signal`, which never is; nothing that comes in makes it throw.
 */
export class Operations {
  readonly #queue: ConnectionQueue;
  readonly #commands: TokenBucket;
  /** From the first on. */
  #badFrames: TokenBucket | undefined;
  #signals: SignalGate | undefined;
  readonly #patience: Patience;

  constructor(
    private readonly connection: CarrierConnection,
    private readonly inRoom: InRoom,
    private readonly renewal: Renewal,
    private readonly desk: Desk,
  ) {
    const { clock, settings } = desk;
    this.#queue = new ConnectionQueue(settings.waitingOperations);
    this.#commands = new TokenBucket(settings.commands, clock);
    this.#patience = new Patience(clock, settings.admissionMs);
  }

  /** The connection is gone. */
  end(): void {
    this.inRoom.end();
    this.#patience.end();
    this.#queue.close();
    this.#signals?.close();
  }

  /** Takes an operation as the client sent it, within the frame's limits. */
  handle(op: unknown, body: unknown, answer: Answer): void {
    if (!this.connection.isOpen) return;
    const parsed = parseOperation(op, body);
    if (parsed.ok && parsed.operation.op === 'signal') return this.#signal(parsed.operation);
    const waitMs = this.#commands.take();
    if (waitMs > 0) return this.#refuse(new RateLimitedError('operations', waitMs), answer);
    if (parsed.ok) return this.#enqueue(parsed.operation, answer);
    this.#unreadable(parsed.error, answer);
  }

  /** Answers a frame that could not be read. */
  unreadable(error: ErrorBody, answer: Answer): void {
    if (!this.connection.isOpen) return;
    const waitMs = this.#commands.take();
    if (waitMs > 0) this.#refuse(new RateLimitedError('operations', waitMs), answer);
    else this.#unreadable(error, answer);
  }

  /** One bad frame is answered; again and again, it is not this protocol and the connection ends. */
  #unreadable(error: ErrorBody, answer: Answer): void {
    answer({ ok: false, error });
    if (error.code !== 'BAD_FRAME') return;
    this.#badFrames ??= new TokenBucket(this.desk.settings.badFrames, this.desk.clock);
    if (this.#badFrames.take() > 0) this.connection.close(CLOSE.notThisProtocol, 'too many bad frames');
  }

  #signal(signal: SignalOperation): void {
    const { clock, settings } = this.desk;
    this.#signals ??= new SignalGate(new TokenBucket(settings.signals, clock), clock, (one) => this.#enqueue(one));
    this.#signals.offer(signal);
  }

  #enqueue(operation: Operation, answer?: Answer): void {
    const kept = this.#queue.add((release) => void this.#perform(operation, release, answer));
    if (!kept) this.#refuse(new BusyError('The connection'), answer);
  }

  /** Guards that never end hold up their connection no longer than its patience, and nothing comes of them then. */
  async #perform(operation: Operation, release: () => void, answer: Answer = NOBODY_ASKS): Promise<void> {
    const step = new Step(this.#patience, release, () => this.#refuse(new UnavailableError(), answer));
    try {
      const body = await this.#run(operation, step);
      // One that was too late has been answered.
      if (!step.isLate) step.answered(answer({ ok: true, ...body }));
    } catch (thrown) {
      this.#fail(operation, thrown, step.isLate ? undefined : answer);
    } finally {
      step.over();
    }
  }

  /** The reply's body. What releases its step lets the next operation begin before it is answered. */
  #run(operation: Operation, step: Step): object | Promise<object> {
    switch (operation.op) {
      case 'hello':
        return greet(operation);
      case 'auth':
        return this.renewal.renew(operation.token, step);
      case 'join':
        return this.inRoom.join(operation, step);
      case 'leave':
        step.enter();
        return this.inRoom.leave(operation);
      case 'send':
        return this.inRoom.send(operation, step);
      case 'signal':
        return this.inRoom.signal(operation, step);
      case 'members':
        return this.#released(this.inRoom.members(operation), step);
      case 'history':
        return this.#released(this.inRoom.history(operation), step);
      case 'ping':
        break;
    }
    return operation.t === undefined ? {} : { t: operation.t };
  }

  /** The engine has been asked: the next may begin. */
  #released<T>(asked: Promise<T>, step: Step): Promise<T> {
    step.enter();
    step.release();
    return asked;
  }

  #fail(operation: Operation, thrown: unknown, answer: Answer | undefined): void {
    const error = toRoomError(thrown);
    // Whoever made it one of ours has logged what was behind it.
    if (error !== thrown) {
      const where = 'room' in operation ? ` in ${operation.room}` : '';
      const stack = thrown instanceof Error ? thrown.stack : thrown;
      this.desk.logger.error(`${operation.op}${where} of connection ${this.connection.id} failed`, stack);
    }
    this.#refuse(error, answer);
    if (error instanceof UnsupportedVersionError) this.connection.close(CLOSE.notThisProtocol, error.message);
  }

  #refuse(error: RoomError, answer?: Answer): void {
    answer?.({ ok: false, error: error.toBody() });
  }
}

/** Signals have nobody to answer. */
const NOBODY_ASKS: Answer = () => true;
