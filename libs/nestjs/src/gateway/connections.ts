import { setImmediate as nextRound } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { CLOSE } from '@greenroom/protocol';
import { Frame } from '@greenroom/rooms';
import type { CarrierConnection } from '../carriers/carrier-connection.js';

/** What can be told to end: a connection, or a socket that is not let in yet. */
export interface Closable {
  close(code: number, reason: string): void;
}

/** Connections told to end in one round of the event loop. */
const SLICE = 100;
/** Clients of an emptied node come back over so many milliseconds, not at once. */
const RETURN_AFTER_MS = 500;
const RETURN_WITHIN_MS = 2000;

/** Every connection of this process that has been let in. */
@Injectable()
export class Connections {
  readonly #all = new Set<CarrierConnection>();
  readonly #opening = new Set<Closable>();
  #drained: Promise<void> | undefined;

  get size(): number {
    return this.#all.size;
  }

  /** Once true, nobody is let in. */
  get isDraining(): boolean {
    return this.#drained !== undefined;
  }

  /** Looks at all: asked seldom, while an index would cost each of them all the time. */
  ofUser(userId: string): readonly CarrierConnection[] {
    return [...this.#all].filter(({ user }) => user.id === userId);
  }

  /** Keeps a connection; its socket is open. */
  add(connection: CarrierConnection): void {
    this.#all.add(connection);
  }

  /** The connection's socket is gone. */
  delete(connection: CarrierConnection): void {
    this.#all.delete(connection);
  }

  /** Keeps a socket that is not let in yet, so that draining ends it too. */
  opening(socket: Closable): void {
    this.#opening.add(socket);
  }

  /** It has been let in, or is over. */
  opened(socket: Closable): void {
    this.#opening.delete(socket);
  }

  /** Ends every connection this process has of a user (4403). Returns how many. On all nodes: `RoomsService.disconnect`. */
  disconnectUser(userId: string, reason: string): number {
    const connections = this.ofUser(userId);
    for (const connection of connections) connection.close(CLOSE.refused, reason);
    return connections.length;
  }

  /**
   * Lets nobody in any more, says goodbye to all with a time to come back at, then ends them in slices (1001). Resolves
   * when all have been told. Called again, it is the first call that counts.
   */
  drain(reason: string): Promise<void> {
    this.#drained ??= this.#drain(reason);
    return this.#drained;
  }

  async #drain(reason: string): Promise<void> {
    // Whoever asks to drain has said that it is so before anybody is told.
    await Promise.resolve();
    const leaving = [...this.#all];
    for (const connection of leaving) {
      const retryAfterMs = Math.round(RETURN_AFTER_MS + Math.random() * RETURN_WITHIN_MS);
      connection.push(new Frame({ op: 'goodbye', reason, retryAfterMs }));
    }
    const all: Closable[] = [...leaving, ...this.#opening];
    for (let start = 0; start < all.length; start += SLICE) {
      await nextRound();
      for (const socket of all.slice(start, start + SLICE)) socket.close(CLOSE.draining, reason);
    }
  }
}
