import type { JoinReply, Position, Push, WireEvent } from '@greenroom/protocol';

/** Own events that are remembered. */
const OWN = 10;

/** A room as a client keeps it, by the letter of the protocol. */
export class Place {
  /** `barred`: the room does not take them any more. */
  state: 'out' | 'joining' | 'in' | 'leaving' | 'barred' = 'out';
  /** The client wants to be there, and comes back when it is lost. */
  isWanted = false;
  session: string | undefined;
  position: Position | undefined;
  members = new Set<string>();
  own: WireEvent[] = [];

  constructor(
    readonly room: string,
    private readonly me: string,
  ) {}

  joined(reply: JoinReply): void {
    this.state = 'in';
    this.session = reply.session;
    this.position = reply.position;
    this.members = new Set(reply.members.map(({ id }) => id));
    if (reply.recovered) this.#note(reply.events);
  }

  /** @returns whether something was missed. */
  pushed(push: Push): boolean {
    if (push.op === 'closed') this.state = 'out';
    if (push.op === 'presence') {
      for (const { id } of push.left) this.members.delete(id);
      for (const { id } of push.joined) this.members.add(id);
    }
    if (push.op === 'reset') this.position = push.position;
    if (push.op !== 'events' || this.position === undefined) return false;
    const { seq } = this.position;
    this.#note(push.events);
    if (push.to > seq) this.position = { epoch: push.epoch, seq: push.to };
    return push.from > seq;
  }

  /** The connection is gone. */
  lost(): void {
    if (this.state !== 'barred') this.state = 'out';
  }

  /** The client is out for good, or as good as. */
  left(): void {
    this.lost();
    this.isWanted = false;
    this.session = undefined;
  }

  #note(events: readonly WireEvent[]): void {
    const own = events.filter(({ by, redacted }) => by?.id === this.me && redacted !== true);
    if (own.length > 0) this.own = [...this.own, ...own].slice(-OWN);
  }
}
