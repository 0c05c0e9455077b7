import {
  Participant,
  socketIoWire,
  webSocketWire,
  type Connect,
  type Dice,
  type Observer,
} from '@greenroom/testing/faults';
import { msgpackCodec } from '@greenroom/protocol/msgpack';
import { login } from '../kit/clients.js';
import { demoWorkload } from './demo-workload.js';
import { LibraryClients } from './library-clients.js';

export interface CrowdOptions {
  readonly rooms: number;
  readonly clients: number;
  /** Where tokens are had: the server itself. */
  readonly login: string;
  /** Where everybody connects: the proxy. */
  readonly url: string;
  readonly dice: Dice;
  readonly observe: Observer;
}

/** Between two things that a client does, on average, milliseconds. */
const THINK_MS = 300;
/** While coming to rest it looks around more often. */
const SETTLE_MS = 100;
/** Homes that a client has, at most. */
const HOMES = 3;
/** One in so many is a moderator. */
const MODERATORS = 10;
/** One in so many belongs nowhere: passers-by look into a room each, and leave it empty behind them. */
const PASSERS_BY = 5;
/** One in so many speaks through the client library. */
const LIBRARY = 20;
/** Of these kinds in turn. The last third of the rooms is for those who pass by, so that they are empty now and then. */
const HOME_KINDS = ['chat', 'echo', 'chat', 'alarm', 'chat', 'echo'];

/** Addresses of a run's rooms: those that clients belong to, and those they visit. */
const addresses = (count: number): { readonly homes: string[]; readonly visits: string[] } => {
  const all = Array.from({ length: Math.max(3, count) }, (_, n) => n);
  const homes = Math.ceil((all.length * 2) / 3);
  return {
    homes: all.slice(0, homes).map((n) => `${HOME_KINDS[n % HOME_KINDS.length]}/home-${n}`),
    visits: all.slice(homes).map((n) => `chat/visit-${n}`),
  };
};

const carrier = (n: number, url: string, token: string): Connect => {
  if (n % 3 === 0) return socketIoWire(url, { token });
  return n % 3 === 1 ? webSocketWire(url, { token }) : webSocketWire(url, { token }, msgpackCodec);
};

/** All clients of a run, each on its own time. */
export class Crowd {
  readonly #timers = new Set<NodeJS.Timeout>();
  #isSettling = false;

  constructor(
    readonly participants: readonly Participant[],
    /** Some that speak through the client library. */
    readonly library: LibraryClients,
    private readonly dice: Dice,
  ) {}

  begin(): void {
    for (const participant of this.participants) this.#next(participant, this.dice.fork(`${participant.id} thinks`));
    this.library.begin();
  }

  settle(): void {
    this.#isSettling = true;
    for (const participant of this.participants) participant.settle();
    this.library.settle();
  }

  end(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const participant of this.participants) participant.close();
    this.library.close();
  }

  #next(participant: Participant, dice: Dice): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        participant.step();
        this.#next(participant, dice);
      },
      this.#isSettling ? SETTLE_MS : dice.wait(participant.isPasserBy ? THINK_MS / 3 : THINK_MS),
    );
    this.#timers.add(timer);
  }
}

/** Has everybody get a token, and assigns them their rooms. */
export const assemble = async ({ rooms, clients, login: server, url, dice, observe }: CrowdOptions): Promise<Crowd> => {
  const { homes, visits } = addresses(rooms);
  const libraryCount = Math.floor(clients / LIBRARY);
  const participants: Participant[] = [];
  for (let n = 0; n < clients - libraryCount; n += 1) {
    const role = n % MODERATORS === 0 ? { role: 'moderator' } : {};
    const { token, user } = await login(server, `client ${n}`, role);
    const own = dice.fork(user.id);
    participants.push(
      new Participant({
        id: user.id,
        connect: carrier(n, url, token),
        homes: n % PASSERS_BY === 0 ? [] : Array.from({ length: own.int(1, HOMES) }, () => own.pick(homes)),
        visits: n % PASSERS_BY === 0 ? [visits[(n / PASSERS_BY) % visits.length] ?? ''] : [],
        workload: demoWorkload,
        dice: own,
        observe,
        now: () => performance.now(),
        patienceMs: 4000,
      }),
    );
  }
  const library = new LibraryClients(url, dice.fork('library'));
  for (let n = 0; n < libraryCount; n += 1) {
    const { token, user } = await login(server, `library ${n}`, { role: 'moderator' });
    library.add(user.id, token, dice.pick(homes.filter((home) => home.startsWith('chat/'))).slice('chat/'.length));
  }
  return new Crowd(participants, library, dice);
};
