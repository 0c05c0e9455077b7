import { parseOperation, CLOSE, type ErrorBody, type Operation, type Reply } from '@greenroom/protocol';
import { BusyError, RateLimitedError, toRoomError, type RoomError } from '@greenroom/rooms';
import type { CarrierConnection } from '../carriers/carrier-connection.js';
import { SignalGate } from '../limits/signal-gate.js';
import { TokenBucket } from '../limits/token-bucket.js';
import { ConnectionQueue } from './connection-queue.js';
import type { Desk } from './desk.js';
import { greet, UnsupportedVersionError } from './hello.js';
import type { InRoom } from './in-room.js';
import type { Renewal } from './renewal.js';

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

/** Answers one operation. A carrier makes it safe to call at any time, and counts only its first call. */
export type Answer = (reply: Reply) => void;

/**
 * What one connection that has been let in asks for, whatever carries it. Every operation is answered exactly once,
 * except `signal`, which never is; nothing that comes in makes it throw.
 */
export class Operations {
  readonly #queue: ConnectionQueue;
  readonly #commands: TokenBucket;
  readonly #badFrames: TokenBucket;
  readonly #signals: SignalGate;

  constructor(
    private readonly connection: CarrierConnection,
    private readonly inRoom: InRoom,
    private readonly renewal: Renewal,
    private readonly desk: Desk,
  ) {
    const { clock, settings } = desk;
    this.#queue = new ConnectionQueue(settings.waitingOperations);
    this.#commands = new TokenBucket(settings.commands, clock);
    this.#badFrames = new TokenBucket(settings.badFrames, clock);
    this.#signals = new SignalGate(new TokenBucket(settings.signals, clock), clock, (signal) => this.#enqueue(signal));
    connection.whenGone(() => {
      this.#queue.close();
      this.#signals.close();
    });
  }

  /** Takes an operation as the client sent it, within the frame's limits. */
  handle(op: unknown, body: unknown, answer: Answer): void {
    if (!this.connection.isOpen) return;
    const parsed = parseOperation(op, body);
    if (parsed.ok && parsed.operation.op === 'signal') return this.#signals.offer(parsed.operation);
    const waitMs = this.#commands.take();
    if (waitMs > 0) return this.#refuse(new RateLimitedError('operations', waitMs), answer);
    if (parsed.ok) return this.#enqueue(parsed.operation, answer);
    if (parsed.error.code === 'BAD_FRAME') return this.badFrame(parsed.error, answer);
    return answer({ ok: false, error: parsed.error });
  }

  /** Answers what could not be read. Again and again, it is not this protocol: the connection ends. */
  badFrame(error: ErrorBody, answer: Answer): void {
    if (!this.connection.isOpen) return;
    answer({ ok: false, error });
    if (this.#badFrames.take() > 0) this.connection.close(CLOSE.notThisProtocol, 'too many bad frames');
  }

  #enqueue(operation: Operation, answer?: Answer): void {
    const kept = this.#queue.add(async (release) => {
      try {
        const body = await this.#run(operation, release);
        answer?.({ ok: true, ...body });
      } catch (thrown) {
        this.#fail(operation, toRoomError(thrown), answer);
      }
    });
    if (!kept) this.#refuse(new BusyError('The connection'), answer);
  }

  /** Resolves to the reply's body. What calls `release` lets the next operation begin before it is answered. */
  async #run(operation: Operation, release: () => void): Promise<object> {
    switch (operation.op) {
      case 'hello':
        return greet(operation);
      case 'auth':
        return this.renewal.renew(operation.token);
      case 'join':
        return this.inRoom.join(operation);
      case 'leave':
        return this.inRoom.leave(operation);
      case 'send':
        return this.inRoom.send(operation, release);
      case 'signal':
        return this.inRoom.signal(operation);
      case 'members':
        return this.#released(this.inRoom.members(operation), release);
      case 'history':
        return this.#released(this.inRoom.history(operation), release);
      case 'ping':
        break;
    }
    return operation.t === undefined ? {} : { t: operation.t };
  }

  /** The engine has been asked: the next may begin. */
  #released<T>(asked: Promise<T>, release: () => void): Promise<T> {
    release();
    return asked;
  }

  #fail(operation: Operation, error: RoomError, answer?: Answer): void {
    if (error.code === 'INTERNAL') {
      const where = 'room' in operation ? ` in ${operation.room}` : '';
      const cause = error.cause instanceof Error ? error.cause.stack : error.stack;
      this.desk.logger.error(`${operation.op}${where} of connection ${this.connection.id} failed`, cause);
    }
    this.#refuse(error, answer);
    if (error instanceof UnsupportedVersionError) this.connection.close(CLOSE.notThisProtocol, error.message);
  }

  #refuse(error: RoomError, answer?: Answer): void {
    answer?.({ ok: false, error: error.toBody() });
  }
}
