import type { EventsPush } from '@greenroom/protocol';
import type { Clock } from '../clock.js';
import { ForbiddenError, UnavailableError } from '../errors.js';
import { isOutdated } from '../log/place.js';
import { TAKEN_UP, type EndedSession, type Feed, type FeedMessage, type PublishedTurn } from './feed.js';
import { Frame } from './frame.js';
import { Presence } from './presence.js';
import type { Attached, Seat } from './seat.js';
import { isVisible, toWire, type Viewer } from './visibility.js';

type Last = Pick<PublishedTurn, 'epoch' | 'to'>;

/** A room as this node's members hear it. */
interface Hall {
  readonly joining: Set<Seat>;
  readonly live: Set<Seat>;
  /** Live seats by member, for what is directed. */
  readonly byMember: Map<string, Set<Seat>>;
  readonly presence: Presence;
  readonly historyFor: 'joined' | 'all';
  /** Where the last turn that was heard has ended. */
  last: Last | undefined;
  unsubscribe(): void;
}

/**
 * Hands committed turns to the sessions of this node: in order, once, each encoded once however many hear it. What is
 * directed costs its recipients alone.
 */
export class Audience {
  readonly #halls = new Map<string, Hall>();
  /** Seats whose join is answered, by session id. */
  readonly #sessions = new Map<string, Seat>();

  constructor(
    private readonly feed: Feed,
    private readonly clock: Clock,
    private readonly presenceMs: number,
  ) {}

  isLive(session: string): boolean {
    return this.#sessions.has(session);
  }

  /** Rooms that somebody here is in, or joins. */
  addresses(): readonly string[] {
    return [...this.#halls.keys()];
  }

  seatsIn(address: string): readonly Seat[] {
    const hall = this.#halls.get(address);
    return hall === undefined ? [] : [...hall.live, ...hall.joining];
  }

  /** Takes a place before the join is asked for, so that nothing published after it is missed. */
  add(address: string, seat: Seat, historyFor: 'joined' | 'all'): void {
    let hall = this.#halls.get(address);
    if (hall === undefined) {
      const unsubscribe = this.feed.subscribe(address, (_, message) => this.#hear(address, message));
      hall = {
        joining: new Set(),
        live: new Set(),
        byMember: new Map(),
        presence: new Presence(),
        historyFor,
        last: undefined,
        unsubscribe,
      };
      this.#halls.set(address, hall);
    }
    hall.joining.add(seat);
  }

  /**
   * The room has accepted the join. A session taken up again leaves the connection it was on.
   * @throws ForbiddenError when it was taken up once more since, and that was heard of first.
   */
  accepted(address: string, seat: Seat, joined: Attached): void {
    const session = joined.sessionId;
    const old = this.#sessions.get(session);
    if (old !== undefined) {
      if (old.joined !== undefined && isOutdated(joined, old.joined)) throw new ForbiddenError(TAKEN_UP.reason);
      this.remove(address, old);
      // A client that fills a gap takes its session up again where it is.
      if (old.connection !== seat.connection) old.onEnded({ session, ...TAKEN_UP });
    }
    seat.joined = joined;
    this.#sessions.set(session, seat);
  }

  /**
   * The join's answer, or a new baseline, has been handed to the connection: what was published since `position` follows.
   * @throws UnavailableError when more was published meanwhile than is kept.
   */
  begin(address: string, seat: Seat, position = seat.joined?.seq ?? 0): void {
    const hall = this.#halls.get(address);
    const { joined } = seat;
    if (hall === undefined || joined === undefined || !hall.joining.delete(seat)) return;
    hall.live.add(seat);
    hall.last ??= { epoch: joined.epoch, to: position };
    const { id } = joined.member;
    hall.presence.seen(id, joined.listedAt);
    hall.byMember.set(id, (hall.byMember.get(id) ?? new Set()).add(seat));
    const held = seat.goLive(joined, position);
    if (held === undefined) throw new UnavailableError();
    const missed = new Presence();
    for (const message of held) {
      this.#tell(address, hall, message, [seat]);
      if (message.type !== 'turn') continue;
      if (message.to > position) missed.add(message);
      this.end(address, message.ended);
    }
    if (!missed.isEmpty && seat.isLive) seat.connection.push(new Frame(missed.take(address)));
    if (seat.isLive && hasHole(held, { epoch: joined.epoch, to: position })) seat.onAstray();
  }

  /** A live seat waits again, for a new baseline and `begin`. */
  pause(address: string, seat: Seat): void {
    const hall = this.#halls.get(address);
    if (hall === undefined || seat.joined === undefined || !hall.live.delete(seat)) return;
    hall.byMember.get(seat.joined.member.id)?.delete(seat);
    hall.joining.add(seat);
    seat.pause();
  }

  /** Ends the attachments to a room of sessions that it does not have. */
  endOthers(address: string, isSession: (session: string) => boolean, ended: Omit<EndedSession, 'session'>): void {
    for (const seat of this.#halls.get(address)?.live ?? []) {
      const { session } = seat;
      if (session === undefined || isSession(session)) continue;
      this.remove(address, seat);
      seat.onEnded({ ...ended, session });
    }
  }

  remove(address: string, seat: Seat): void {
    const hall = this.#halls.get(address);
    if (hall === undefined) return;
    hall.joining.delete(seat);
    hall.live.delete(seat);
    if (seat.joined !== undefined) {
      const { sessionId, member } = seat.joined;
      if (this.#sessions.get(sessionId) === seat) this.#sessions.delete(sessionId);
      const seats = hall.byMember.get(member.id);
      seats?.delete(seat);
      if (seats?.size === 0) hall.byMember.delete(member.id);
    }
    seat.leave();
    if (hall.joining.size + hall.live.size > 0) return;
    hall.unsubscribe();
    this.#halls.delete(address);
  }

  #hear(address: string, message: FeedMessage): void {
    const hall = this.#halls.get(address);
    if (hall === undefined) return;
    if (message.type === 'turn') this.#follow(hall, message);
    for (const seat of hall.joining) seat.hold(message);
    if (message.type === 'signal') {
      this.#tell(address, hall, message, hall.live);
      return;
    }
    this.#tell(address, hall, message, message.shared ? hall.live : this.#recipients(hall, message));
    if (hall.presence.add(message)) this.clock.after(this.presenceMs, () => this.#tellPresence(address, hall));
    this.end(address, message.ended);
  }

  /**
   * A room that goes on below where it was has lost turns, as a store does that fails over: they were told, and never were. One
   * that goes on above it has turns that were not told, and that no log has.
   */
  #follow(hall: Hall, turn: PublishedTurn): void {
    const { last } = hall;
    const { epoch, after, to } = turn;
    hall.last = { epoch, to };
    if (last === undefined) return;
    const isAbove = isBehindHole(turn, last);
    const isBelow = epoch > last.epoch && after < last.to;
    if (!isAbove && !isBelow) return;
    for (const seat of Array.from(hall.live)) if (isAbove || seat.position > after) seat.onAstray();
  }

  /**
   * Ends the seats of sessions that the room has ended. One that is still joining ends when it would begin.
   * @param seats no others: the sessions may have been taken up elsewhere since.
   */
  end(address: string, ended: readonly EndedSession[], seats?: readonly Seat[]): void {
    for (const each of ended) {
      const seat = this.#sessions.get(each.session);
      if (seat?.isLive !== true || seats?.includes(seat) === false) continue;
      if (each.connection !== undefined && each.connection !== seat.connection.id) continue;
      this.remove(address, seat);
      seat.onEnded(each);
    }
  }

  /** The live seats of those that a turn's events name. */
  #recipients({ byMember }: Hall, turn: PublishedTurn): Set<Seat> {
    const seats = new Set<Seat>();
    for (const { to } of turn.events)
      for (const member of to ?? []) for (const seat of byMember.get(member) ?? []) seats.add(seat);
    return seats;
  }

  #tell(address: string, { historyFor }: Hall, message: FeedMessage, seats: Iterable<Seat>): void {
    if (message.type === 'signal') {
      const { name, data, by, from } = message;
      const frame = new Frame({ op: 'signal', room: address, name, data, by });
      for (const { isLive, connection } of seats) if (isLive && connection.id !== from) connection.push(frame);
      return;
    }
    if (message.events.length === 0) return;
    const frameFor = framesOf(address, message, historyFor);
    for (const seat of seats) {
      if (!seat.isLive || message.to <= seat.position) continue;
      seat.position = message.to;
      seat.connection.push(frameFor(seat));
    }
  }

  #tellPresence(address: string, hall: Hall): void {
    const frame = new Frame(hall.presence.take(address));
    for (const { isLive, connection } of hall.live) if (isLive) connection.push(frame);
  }
}

/** A turn follows the one before it, as long as the room has the same owner. */
const isBehindHole = ({ epoch, after }: PublishedTurn, last: Last): boolean => epoch === last.epoch && after > last.to;

/** Whether a turn is missing that is news to who stands there. */
const hasHole = (held: readonly FeedMessage[], position: Last): boolean => {
  let last = position;
  return held.some((message) => {
    if (message.type === 'signal' || message.to <= last.to) return false;
    const isMissing = isBehindHole(message, last);
    last = message;
    return isMissing;
  });
};

/** One frame for each set of events that somebody may see: most turns have one set. */
const framesOf = (
  room: string,
  { epoch, floor, to, events }: PublishedTurn,
  historyFor: 'joined' | 'all',
): ((viewer: Viewer) => Frame) => {
  let frames: Map<string, Frame> | undefined;
  const frameOf = (visible: typeof events): Frame => {
    const push: EventsPush = { op: 'events', room, epoch, from: floor, to, events: visible.map(toWire) };
    return new Frame(push);
  };
  const isForAll = events.every((event) => event.to === undefined && event.except === undefined);
  const first = events[0]?.seq ?? 0;
  let whole: Frame | undefined;
  return (viewer) => {
    if (isForAll && (historyFor === 'all' || viewer.since <= first)) return (whole ??= frameOf(events));
    const visible = events.filter((event) => isVisible(event, viewer, historyFor));
    const key = visible.map(({ seq }) => seq).join();
    const frame = frames?.get(key) ?? frameOf(visible);
    (frames ??= new Map()).set(key, frame);
    return frame;
  };
};
