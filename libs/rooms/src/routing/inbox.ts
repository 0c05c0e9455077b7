import type { Clock } from '../clock.js';
import { MovedError, toRoomError, UnavailableError } from '../errors.js';
import type { RoomHost } from '../placement/room-host.js';
import type { ReplyTo, Request } from '../room/request.js';
import { Arrivals } from './arrivals.js';
import type { Envelope } from './courier.js';
import { endsRound } from './line.js';

/** Hands what other nodes ask to the rooms here: in order, and to those only that are this node's. */
export class Inbox {
  readonly #arrivals: Arrivals;
  readonly #asking = new Map<string, Promise<boolean | undefined>>();

  constructor(
    private readonly host: RoomHost,
    /** Asks the directory afresh. `undefined`: nobody can tell now. */
    private readonly isOwn: (address: string) => Promise<boolean | undefined>,
    clock: Clock,
  ) {
    this.#arrivals = new Arrivals(clock);
  }

  /** Who sent it may not know that the room has gone to another: that node would lose it. */
  async take(envelope: Envelope): Promise<ReplyTo<Request>> {
    const { address, request, deadline } = envelope;
    const round = this.#arrivals.enter(envelope);
    // Somebody else may have woken it meanwhile: who came before still goes first.
    const mustAsk = this.#asking.has(address) || !this.host.isActive(address);
    if (mustAsk && (await this.#askWhose(address)) !== true) round.close(new MovedError());
    round.checkOpen();
    return new Promise((resolve, reject) =>
      this.host.ask(address, request, deadline, {
        resolve,
        reject: (thrown) => {
          const error = toRoomError(thrown);
          if (endsRound(error)) round.close(error instanceof MovedError ? error : new UnavailableError(error));
          reject(error);
        },
      }),
    );
  }

  /** Those who come while it is asked go on together, in their order. */
  #askWhose(address: string): Promise<boolean | undefined> {
    const asking = this.#asking.get(address) ?? this.isOwn(address).finally(() => this.#asking.delete(address));
    this.#asking.set(address, asking);
    return asking;
  }
}
