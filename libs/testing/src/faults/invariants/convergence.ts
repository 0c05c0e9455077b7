import type { WireEvent } from '@greenroom/protocol';
import { render } from '../../contracts/check.js';
import type { Observation } from '../observations/observation.js';
import { kindOf, type Evidence, type Invariant } from './invariant.js';

/** A room as one client has it, over all its connections. */
interface Place {
  readonly client: string;
  readonly room: string;
  connection: string | undefined;
  seq: number;
  /** Comings and goings up to here are in the roster. */
  baseline: number;
  /** `undefined`: the client was not told of all members. */
  roster: Set<string> | undefined;
  /** `undefined`: it has no model, or the client has lost its way. */
  state: { value: unknown } | undefined;
}
type Joined = Extract<Observation, { type: 'joined' }>;

const sorted = (ids: Iterable<string>): string => [...ids].sort().join();

/** Everybody's room, built as a client would, and held against everybody else's when all is quiet. */
export class Convergence implements Invariant {
  readonly #places = new Map<string, Place>();
  /** By room: what the server listed after all was quiet, with who asked. */
  readonly #listed = new Map<string, { readonly client: string; readonly ids: string }>();
  #isQuiet = false;

  constructor(private readonly evidence: Evidence) {}

  observe(observation: Observation): void {
    switch (observation.type) {
      case 'joined':
        return this.#join(observation);
      case 'events': {
        const place = this.#at(observation);
        if (place !== undefined && observation.to > place.seq) this.#apply(place, observation.events, observation.to);
        return;
      }
      case 'reset': {
        const { position, view, members } = observation;
        const place = this.#at(observation);
        if (place === undefined) return;
        this.#begin(place, position.seq, view);
        place.roster = new Set(members.map(({ id }) => id));
        return;
      }
      case 'presence':
        return this.#meet(observation);
      case 'left':
      case 'closed': {
        const place = this.#at(observation);
        if (place !== undefined && (observation.type === 'closed' || observation.ok)) place.connection = undefined;
        return;
      }
      case 'disconnected':
        for (const place of this.#places.values())
          if (place.connection === observation.connection) place.connection = undefined;
        return;
      case 'quiet':
        this.#isQuiet = true;
        return;
      case 'members':
        return this.#list(observation);
      default:
    }
  }

  finish(): void {
    if (!this.#isQuiet) return;
    const truths = new Map<string, string>();
    for (const place of this.#places.values()) {
      if (place.connection === undefined) continue;
      const listed = this.#listed.get(place.room);
      if (listed !== undefined && place.roster !== undefined && sorted(place.roster) !== listed.ids)
        this.evidence.report(place, `has members [${sorted(place.roster)}] and the room [${listed.ids}]`);
      if (place.state === undefined) continue;
      const truth = truths.get(place.room) ?? this.#replayed(place.room) ?? this.#shown(place);
      truths.set(place.room, truth);
      const shown = this.#shown(place);
      if (shown !== truth) this.evidence.report(place, `has ${shown}, and another or the log ${truth}`);
    }
    for (const [room, { client, ids }] of this.#listed) this.#mustBeThere(room, client, ids);
  }

  #keyOf = (client: string, room: string): string => `${client} ${room}`;

  #at({ client, connection, room }: { client: string; connection: string; room: string }): Place | undefined {
    const place = this.#places.get(this.#keyOf(client, room));
    return place?.connection === connection ? place : undefined;
  }

  #join({ client, connection, room, since, position, recovered, events, view, members, count }: Joined): void {
    const key = this.#keyOf(client, room);
    const last = this.#places.get(key);
    const blank = { client, room, connection, seq: 0, baseline: 0, roster: undefined, state: undefined };
    const place: Place = last ?? blank;
    this.#places.set(key, place);
    place.connection = connection;
    if (!recovered) this.#begin(place, position.seq, view);
    else if (place.seq === since?.seq) this.#apply(place, events ?? [], position.seq);
    else place.state = undefined;
    place.seq = position.seq;
    place.baseline = position.seq;
    place.roster = count === members.length ? new Set(members.map(({ id }) => id)) : undefined;
  }

  #begin(place: Place, seq: number, view: unknown): void {
    const model = this.evidence.models[kindOf(place.room)];
    place.state = model && { value: model.from(view) };
    place.seq = seq;
    place.baseline = seq;
  }

  #apply(place: Place, events: readonly WireEvent[], to: number): void {
    const model = this.evidence.models[kindOf(place.room)];
    if (model !== undefined && place.state !== undefined)
      for (const event of events) if (event.seq > place.seq) place.state.value = model.apply(place.state.value, event);
    place.seq = to;
  }

  #meet(presence: Extract<Observation, { type: 'presence' }>): void {
    const place = this.#at(presence);
    if (place?.roster === undefined || presence.at <= place.baseline) return;
    for (const { id } of presence.left) place.roster.delete(id);
    for (const { id } of presence.joined) place.roster.add(id);
  }

  #list(list: Extract<Observation, { type: 'members' }>): void {
    if (!this.#isQuiet) return;
    const ids = sorted(list.members.map(({ id }) => id));
    const before = this.#listed.get(list.room);
    if (before !== undefined && before.ids !== ids)
      this.evidence.report(list, `is told of members [${ids}], and ${before.client} of [${before.ids}]`);
    this.#listed.set(list.room, { client: list.client, ids });
  }

  #mustBeThere(room: string, client: string, ids: string): void {
    const here = new Set(
      [...this.#places.values()].flatMap((p) => (p.room === room && p.connection !== undefined ? [p.client] : [])),
    );
    const listed = new Set(ids === '' ? [] : ids.split(','));
    const ghosts = [...listed].filter((id) => !here.has(id));
    const forgotten = [...here].filter((id) => !listed.has(id));
    if (ghosts.length > 0) this.evidence.report({ room, client }, `has members who are not there: ${ghosts.join()}`);
    if (forgotten.length > 0)
      this.evidence.report({ room, client }, `does not list ${forgotten.join()}, who are there`);
  }

  /** What the whole log makes of the room. */
  #replayed(room: string): string | undefined {
    const log = this.evidence.logs.get(room);
    const model = this.evidence.models[kindOf(room)];
    if (log === undefined || model === undefined || !log.isWhole) return undefined;
    let state = model.from(undefined);
    for (const { event } of log.events) state = model.apply(state, event);
    return render(model.show(state));
  }

  #shown({ room, state }: Place): string {
    return render(this.evidence.models[kindOf(room)]?.show(state?.value));
  }
}
