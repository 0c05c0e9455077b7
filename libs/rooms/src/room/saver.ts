import { InternalError } from '../errors.js';
import { isSavable } from '../kind.js';
import { seal } from '../log/snapshot.js';
import type { Fence, Snapshot } from '../log/store.js';
import type { AfterCommit } from './after-commit.js';
import type { RoomCore } from './core.js';
import type { RoomEnvironment } from './environment.js';
import type { Tenure } from './tenure.js';

/** What emits nothing is kept too, so that members can resume across it: so many positions for an event. */
const ENTRIES_AN_EVENT = 4;
/** A deadline that never comes: of rooms with somebody in them, which are to be woken when their owner is gone. */
export const OCCUPIED = Number.MAX_SAFE_INTEGER;
/** After a crash, events that `afterCommit` may not have seen wait about so long. The store's index changes as rarely. */
const UNHANDLED_MS = 30_000;

/** What no snapshot includes. */
interface Unsaved {
  /** Entries that the room was loaded from. Being loaded leaves one, though nothing else happens. */
  readonly loaded: number;
  /** Entries written since. */
  readonly written: number;
  /** Bytes of these. */
  readonly bytes: number;
}

const NOTHING: Unsaved = { loaded: 0, written: 0, bytes: 0 };

const sum = (one: Unsaved, other: Unsaved): Unsaved => ({
  loaded: one.loaded + other.loaded,
  written: one.written + other.written,
  bytes: one.bytes + other.bytes,
});

/** Saves a room's state now and then, off the way of its replies, and lets go of the log below it. */
export class Saver {
  #underWay: Promise<void> = Promise.resolve();
  #unsaved: Unsaved;
  /** The state must be saved with the next batch: what is kept is of another version. */
  #mustSave: boolean;

  constructor(
    private readonly core: RoomCore,
    private readonly fence: Fence,
    private readonly env: RoomEnvironment,
    private readonly after: AfterCommit | undefined,
    { mustSave, unsaved }: Pick<Tenure, 'mustSave' | 'unsaved'>,
  ) {
    this.#mustSave = mustSave;
    this.#unsaved = { ...NOTHING, loaded: unsaved };
  }

  /** When the room next wants to be woken, as the store keeps it. */
  deadline(): number | undefined {
    const deadline = this.#deadlineAtRest();
    // Somebody must come after a crash and finish what comes after the commit.
    if (this.after === undefined) return deadline;
    const coming = Math.ceil(this.env.clock.now() / UNHANDLED_MS + 1) * UNHANDLED_MS;
    return Math.min(deadline ?? Infinity, coming);
  }

  #deadlineAtRest(): number | undefined {
    const { core } = this;
    return core.nextDeadline() ?? (core.members.isAnyoneHere ? OCCUPIED : undefined);
  }

  /**
   * The state to write with a batch, when it has to be in the same write. Waits for a save under way, which is older and
   * may hold what the batch is to blank.
   * @throws InternalError when the state is not plain data: the room's own fault, and no store's.
   */
  async withBatch(redacts: boolean): Promise<Snapshot | undefined> {
    if (!redacts && !this.#mustSave) return undefined;
    await this.#underWay;
    try {
      return structuredClone(this.#snapshot());
    } catch (cause) {
      throw new InternalError(cause);
    }
  }

  committed(entries: number, bytes: number, withSnapshot: boolean): void {
    if (withSnapshot) this.#mustSave = false;
    this.#unsaved = withSnapshot ? NOTHING : sum(this.#unsaved, { loaded: 0, written: entries, bytes });
  }

  /** Starts a save if enough has come together. To be called between turns: it takes the state as it is now. */
  saveWhenDue(): void {
    const { snapshotEntries, snapshotBytes } = this.env.limits;
    const { loaded, written, bytes } = this.#unsaved;
    // Owners that follow each other soon would leave a longer log each time.
    if (loaded + written >= snapshotEntries || bytes >= snapshotBytes) this.#start(this.deadline());
  }

  /** Saves what is unsaved, and waits for it: the room is being unloaded. */
  async finish(): Promise<void> {
    await this.#underWay;
    const isSaved = this.#unsaved.written === 0 && this.#unsaved.loaded < this.env.limits.snapshotEntries;
    // The last deadline written may be one for what comes after the commit, which is done.
    if (isSaved && this.after === undefined) return;
    this.#start(this.after?.isIdle === false ? this.deadline() : this.#deadlineAtRest());
    await this.#underWay;
  }

  #start(deadline: number | undefined): void {
    const { core, env } = this;
    const unsaved = this.#unsaved;
    this.#unsaved = NOTHING;
    this.#underWay = this.#save(deadline).catch((cause: unknown) => {
      this.#unsaved = sum(this.#unsaved, unsaved);
      env.logger.error('a snapshot could not be saved', { room: core.address, cause });
    });
  }

  /** Takes the state as it is now; whatever throws, it rejects. */
  async #save(deadline: number | undefined): Promise<void> {
    const { core, env } = this;
    const snapshot = this.#snapshot();
    // Nothing goes that effects after the commit have yet to read.
    const isHandled = this.after?.isIdle !== false;
    const keep = isHandled
      ? {
          index: core.index - env.limits.historyEvents,
          seq: core.seq - ENTRIES_AN_EVENT * env.limits.historyEvents,
          after: env.clock.now() - env.limits.historyMs,
        }
      : { index: 0, seq: 0, after: 0 };
    await env.store.saveSnapshot(core.address, this.fence, snapshot, keep, deadline);
  }

  #snapshot(): Snapshot {
    const { core } = this;
    // What cannot be saved has its log let go of all the same.
    const saved = isSavable(core.kind) ? core.save(this.env.clock.now()) : null;
    return seal(core.kind, core.seq, this.after?.handled ?? core.seq, saved);
  }
}
