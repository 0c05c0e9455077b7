import type { RoomKind } from '@greenroom/rooms';
import type { Host } from '../admission/host.js';

/** A room class as the explorer read it: its kind for the engine, its methods for admission. */
export interface RoomDefinition {
  readonly kind: RoomKind;
  readonly host: Host;
  readonly handlers: RoomHandlers;
}

/** Names of the methods that have a part in what happens. */
export interface RoomHandlers {
  /** By command. */
  readonly commands: ReadonlyMap<string, string>;
  readonly join: string | undefined;
  readonly leave: readonly string[];
  readonly afterCommit: readonly AfterCommitMethod[];
}

export interface AfterCommitMethod {
  readonly method: string;
  /** `undefined`: every event. */
  readonly event: string | undefined;
}
