import { validateNow } from '../contract/schema.js';
import { DivergedError, InvalidError } from '../errors.js';
import type { RoomKind } from '../kind.js';
import type { Entry, Input } from '../log/entry.js';
import type { Place } from '../log/place.js';
import { replay, type Replayed } from '../log/replay.js';
import { migration, refuseLater, unseal, type Envelope } from '../log/snapshot.js';
import type { Claim } from '../log/store.js';
import { RoomCore } from '../room/core.js';
import type { Outside } from '../room/logic.js';
import type { RoomEnvironment } from '../room/environment.js';
import { Room, type RoomEvents } from '../room/room.js';
import type { Tenure } from '../room/tenure.js';
import type { Turnstile } from './turnstile.js';

export interface ActivationContext {
  readonly env: RoomEnvironment;
  readonly events: RoomEvents;
  /** Hold what a machine emits against its contract, in development and tests. */
  readonly checks: boolean;
  /** Logs are read and replayed by way of it. */
  readonly turnstile: Turnstile;
  /** See {@link Tenure}. */
  readonly cautiousUntil: number;
  /** Sessions whose connection is open go on as they are. */
  readonly isOpen: (place: Place) => boolean;
}

/** What a room that does not exist is made with. */
export interface Creation {
  /** As `validate` left them, or `undefined` for the contract's defaults. */
  readonly params: unknown;
}

/** A room taken over and brought up to the head of its log, not serving yet. */
export interface Activated {
  readonly room: Room;
  /** What it begins with. */
  readonly inputs: readonly Input[];
}

/**
 * Claims a room and loads it: snapshot, then the log after it. Every session whose connection is gone waits for its
 * member with a new grace time.
 * @param last the same room as it was in this process before: its members go on where they stood.
 * @returns `undefined` when there is no such room and it is not to be made.
 * @throws DivergedError when its log does not fit its kind.
 */
export const activate = async (
  { env, events, checks, turnstile, cautiousUntil, isOpen }: ActivationContext,
  kind: RoomKind,
  address: string,
  creation: Creation | undefined,
  last: Room | undefined,
): Promise<Activated | undefined> => {
  const claim = await env.store.claim(address, env.owner, env.clock.now(), creation !== undefined);
  if (claim === undefined) return undefined;
  let room: Room | undefined;
  const outside: Outside = {
    deliver: (event) => room?.deliver(event),
    report: (message, error) => env.logger.warn(message, { room: address, cause: error }),
  };
  const core = new RoomCore(address, kind, kind.logic.create(outside, address), claim.epoch, checks);
  const { handled, entries: unsaved, isOldVersion } = await turnstile.pass(() => load(env, core, claim));
  if (!core.isOpen && creation === undefined) return undefined;
  const fence = { epoch: claim.epoch, owner: env.owner };
  const tenure: Tenure = { lineage: claim.lineage, handled, mustSave: isOldVersion, unsaved, cautiousUntil };
  room = new Room(core, fence, tenure, env, events);
  const inputs = core.isOpen ? drops(core, env.clock.now(), isOpen) : [opening(kind, creation)];
  // Had another owner it since, that one has told the members.
  if (last !== undefined && claim.lineage.at(-2)?.epoch === last.core.epoch)
    room.publisher.follow(last.publisher, await readAll(env, address, last.publisher.position, core.seq));
  return { room, inputs };
};

const load = async (
  env: RoomEnvironment,
  core: RoomCore,
  { snapshot, barrier, lineage }: Claim,
): Promise<Replayed & { isOldVersion: boolean }> => {
  const { kind } = core;
  const envelope = snapshot && unseal(snapshot);
  if (envelope !== undefined) loadSaved(core, envelope);
  const version = envelope?.version ?? (await openedAs(env, core.address)) ?? kind.options.version;
  refuseLater(kind, version);
  const isOldVersion = version < kind.options.version;
  // A log that was trimmed away above its snapshot would be a hole; one that never was begins with its first barrier.
  if (envelope === undefined) core.begin((lineage[0]?.base ?? barrier.seq) - 1);
  const replayed = await replay(env.store, core, barrier.seq, (error, how) => {
    // That it emits other events is what a new version is for; that it drops what was accepted is not.
    const isMeant = isOldVersion && how === 'emits';
    if (kind.options.onDiverged === 'refuse' && !isMeant) throw error;
    env.logger.warn('a log does not fit its machine; the log is right', { room: core.address, cause: error });
  });
  return { ...replayed, handled: Math.max(envelope?.handled ?? 0, replayed.handled), isOldVersion };
};

/** @throws DivergedError when the machine cannot take up its own saved state: then it is not the one that saved it. */
const loadSaved = (core: RoomCore, { core: saved, version }: Envelope): void => {
  const migrate = migration(core.kind, version);
  try {
    core.load(saved, migrate);
  } catch (cause) {
    throw cause instanceof DivergedError ? cause : new DivergedError('its saved state cannot be loaded', cause);
  }
};

/** The version that made the room, from the first entries of its log. */
const openedAs = async (env: RoomEnvironment, address: string): Promise<number | undefined> => {
  const first = await env.store.read(address, { limit: 8 });
  for (const { input } of first) if (input.type === 'open') return input.version;
  return undefined;
};

const opening = (kind: RoomKind, creation: Creation | undefined): Input => {
  const { params } = creation ?? { params: undefined };
  if (params !== undefined) return { type: 'open', params, version: kind.options.version };
  const checked = validateNow(kind.contract.params, {});
  if (!checked.ok) throw new InvalidError('params', checked.issues);
  return { type: 'open', params: checked.value, version: kind.options.version };
};

/** Entries above one position, up to another. */
const readAll = async (env: RoomEnvironment, address: string, after: number, head: number): Promise<Entry[]> => {
  const entries: Entry[] = [];
  while ((entries.at(-1)?.last ?? after) < head) {
    const page = await env.store.read(address, { after: entries.at(-1)?.last ?? after, limit: 256 });
    if (page.length === 0) break;
    entries.push(...page);
  }
  return entries;
};

const drops = (core: RoomCore, now: number, isOpen: ActivationContext['isOpen']): Input[] =>
  [...core.members.sessions()].flatMap((session) =>
    session.state === 'attached' && !isOpen(session)
      ? [{ type: 'drop', session: session.id, until: now + core.kind.options.graceMs }]
      : [],
  );
