import { errorBody, type Push, type Reply } from '@greenroom/protocol';
import type { Identity, RoomsNode, Sessions } from '@greenroom/rooms';
import type { Connect, Wire, WireListener } from './wire.js';

interface Body {
  readonly room: string;
  readonly name?: string;
  readonly data?: unknown;
  readonly id?: string;
  readonly session?: string;
  readonly since?: { readonly epoch: number; readonly seq: number };
  readonly before?: number;
  readonly after?: string;
  readonly limit?: number;
}

/** What the engine refused with; an engine under test may have an error class of its own. */
const refusal = (thrown: unknown): Reply => {
  const error = thrown as { toBody?(): ReturnType<typeof errorBody> };
  return { ok: false, error: error.toBody?.() ?? errorBody('INTERNAL', String(thrown)) };
};

/** A connection without a socket, straight to the engine. */
export const nodeWire =
  (node: Pick<RoomsNode, 'connect'>, id: string, user: Identity): Connect =>
  (listener) =>
    Promise.resolve(new NodeWire(node, id, user, listener));

class NodeWire implements Wire {
  readonly #sessions: Sessions;
  #isOpen = true;

  constructor(
    node: Pick<RoomsNode, 'connect'>,
    id: string,
    private readonly user: Identity,
    listener: WireListener,
  ) {
    const push = (push: Push): void => (this.#isOpen ? listener.pushed(push) : undefined);
    this.#sessions = node.connect({ id, user, push: (frame) => push(frame.push) });
  }

  ask(op: string, body: object, answered: (reply: Reply) => void): void {
    if (!this.#isOpen) return;
    const answer = (reply: Reply): void => (this.#isOpen ? answered(reply) : undefined);
    this.#do(op, body as Body, (reply) => answer({ ok: true, ...reply })).catch((thrown: unknown) =>
      answer(refusal(thrown)),
    );
  }

  close(): void {
    this.#isOpen = false;
    this.#sessions.drop();
  }

  async #do(op: string, body: Body, done: (reply: object) => void): Promise<void> {
    const { room, session, since } = body;
    switch (op) {
      case 'join': {
        const profile = { name: this.user.name };
        const request = { profile, params: {}, data: undefined, session, since, mayCreate: true };
        const pending = await this.#sessions.join(room, request);
        done(pending.reply);
        pending.begin();
        return;
      }
      case 'leave':
        await this.#sessions.leave(room);
        return done({});
      case 'send':
        return done(await this.#sessions.send(room, { name: body.name ?? '', data: body.data, commandId: body.id }));
      case 'members':
        return done(await this.#sessions.members(room, body.after, body.limit ?? 100));
      case 'history':
        return done(await this.#sessions.history(room, body.before, body.limit ?? 200));
      default:
        throw new TypeError(`${op} is nothing that a wire without a socket can do`);
    }
  }
}
