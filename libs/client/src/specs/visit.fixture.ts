import {
  errorBody,
  parseOperation,
  type ErrorBody,
  type Operation,
  type ParsedOperation,
  type Reply,
} from '@greenroom/protocol';
import { toRoomError, type Sessions } from '@greenroom/rooms';

export interface VisitContext {
  readonly userId: string;
  readonly sessions: Sessions;
  /** What to refuse the next `join` or `send` with, if any. */
  refusal(): ErrorBody | undefined;
  /** Guards and pipes: resolves when they are through. */
  admitted(): Promise<void> | undefined;
  renew(token: string): Reply;
  answer(ref: number, reply: Reply): void;
}

/** What a gateway does for one connection: one operation after the other, each answered once. */
export class Visit {
  isOpen = true;
  #tail: Promise<void> = Promise.resolve();

  constructor(private readonly context: VisitContext) {}

  receive(op: unknown, ref: number, body: object): void {
    this.#tail = this.#next(this.#tail, parseOperation(op, body), ref);
  }

  gone(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.context.sessions.drop();
  }

  async #next(last: Promise<void>, parsed: ParsedOperation, ref: number): Promise<void> {
    await last;
    if (!this.isOpen) return;
    if (parsed.ok) await this.#perform(parsed.operation, ref);
    else this.context.answer(ref, parsed);
  }

  async #perform(operation: Operation, ref: number): Promise<void> {
    const { context } = this;
    const { sessions } = context;
    await context.admitted();
    const error = operation.op === 'send' || operation.op === 'join' ? context.refusal() : undefined;
    if (error !== undefined) return context.answer(ref, { ok: false, error });
    if (!this.isOpen) return;
    switch (operation.op) {
      case 'join':
        return this.#join(operation, ref);
      case 'leave':
        return this.#answer(ref, sessions.leave(operation.room));
      case 'send':
        void this.#answer(
          ref,
          sessions.send(operation.room, { ...operation, data: operation.data, commandId: operation.id }),
        );
        return;
      case 'signal':
        return sessions.signal(operation.room, operation.name, operation.data);
      case 'members':
        void this.#answer(ref, sessions.members(operation.room, operation.after, operation.limit ?? 100));
        return;
      case 'history':
        void this.#answer(ref, sessions.history(operation.room, operation.before, operation.limit ?? 200));
        return;
      case 'auth':
        return context.answer(ref, context.renew(operation.token));
      case 'hello':
        return context.answer(ref, { ok: false, error: errorBody('UNKNOWN_OP', 'The client does not say hello') });
      case 'ping':
        return context.answer(ref, { ok: true });
    }
  }

  async #join(operation: Extract<Operation, { op: 'join' }>, ref: number): Promise<void> {
    const { context } = this;
    const { room, session, since, attempt, data } = operation;
    try {
      const profile = { name: context.userId };
      const join = { profile, params: {}, data, session, since, attempt, mayCreate: true };
      const pending = await context.sessions.join(room, join);
      context.answer(ref, { ok: true, ...pending.reply });
      if (this.isOpen) pending.begin();
    } catch (error) {
      context.answer(ref, { ok: false, error: toRoomError(error).toBody() });
    }
  }

  async #answer(ref: number, work: Promise<object | void>): Promise<void> {
    try {
      const body = await work;
      this.context.answer(ref, { ok: true, ...body });
    } catch (error) {
      this.context.answer(ref, { ok: false, error: toRoomError(error).toBody() });
    }
  }
}
