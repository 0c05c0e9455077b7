import type { WireEvent } from '@greenroom/protocol';
import type { Dice } from '../dice.js';

/** What a command can be made of. */
export interface CommandContext {
  readonly dice: Dice;
  /** Text that no other command carries: put it where the event's token is found. */
  readonly token: string;
  readonly me: string;
  /** Ids of those that the client takes to be in the room. */
  readonly members: readonly string[];
  /** The last events that the client caused there. */
  readonly own: readonly WireEvent[];
}

export interface WorkloadCommand {
  readonly name: string;
  readonly data: unknown;
  /** The token, if what comes of the command carries it. */
  readonly token?: string;
  /** The only member who may see what comes of it. */
  readonly to?: string;
}

/** One way to send a command. */
export interface CommandMaker {
  readonly weight: number;
  /** `undefined`: not now. */
  make(context: CommandContext): WorkloadCommand | undefined;
}

/** What clients do, by kind of room. */
export type Workload = Readonly<Record<string, readonly CommandMaker[]>>;
