import type { Clock } from '../clock.js';
import { MovedError, toRoomError, UnavailableError } from '../errors.js';
import { kindOf } from '../kind.js';
import type { RoomsLogger } from '../logger.js';
import type { RoomHost } from '../placement/room-host.js';
import type { ReplyTo, Request } from '../room/request.js';
import { Arrivals } from './arrivals.js';
import type { Envelope } from './courier.js';
import { endsRound } from './line.js';

/** Hands what other nodes ask to the rooms here: in order, and to those only that are this node's. */
export class Inbox {
  readonly #arrivals: Arrivals;
  /** Kinds that others have asked for, and that the app does not have. */
  readonly #strange = new Set<string>();
  readonly #asking = new Map<string, Promise<boolean | undefined>>();

  constructor(
    private readonly host: RoomHost,
    /** Asks the directory afresh. `undefined`: nobody can tell now. */
    private readonly isOwn: (address: string) => Promise<boolean | undefined>,
    clock: Clock,
    private readonly logger: RoomsLogger,
  ) {
    this.#arrivals = new Arrivals(clock);
  }

  /** Who sent it may not know that the room has gone to another: that node would lose it. */
  async take(envelope: Envelope): Promise<ReplyTo<Request>> {
    const { address, request, deadline } = envelope;
    if (!this.host.knows(address)) this.#noteStrange(envelope);
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

  #noteStrange({ address, from }: Envelope): void {
    const kind = kindOf(address);
    if (this.#strange.has(kind)) return;
    this.#strange.add(kind);
    this.logger.warn(
      'another node asks for rooms of a kind that this app does not have: it is of another version, or another app that needs a prefix of its own',
      { kind, node: from },
    );
  }

  /** Those who come while it is asked go on together, in their order. */
  #askWhose(address: string): Promise<boolean | undefined> {
    const asking = this.#asking.get(address) ?? this.isOwn(address).finally(() => this.#asking.delete(address));
    this.#asking.set(address, asking);
    return asking;
  }
}
