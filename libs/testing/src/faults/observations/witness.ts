import type { JoinReply, Position, Push } from '@greenroom/protocol';
import type { Observer } from './observation.js';

/** Notes what one connection of one client is told. */
export class Witness {
  constructor(
    private readonly client: string,
    private readonly connection: string,
    private readonly observe: Observer,
  ) {}

  joined({ room, position, members, count, ...rest }: JoinReply, since?: Position, skipsRedacted?: boolean): void {
    this.observe({
      type: 'joined',
      ...this.#in(room),
      position,
      members,
      count,
      recovered: rest.recovered,
      ...(rest.recovered ? { events: rest.events } : { view: rest.view }),
      ...(since !== undefined && { since }),
      ...(skipsRedacted === true && { skipsRedacted }),
    });
  }

  pushed(push: Push): void {
    switch (push.op) {
      case 'events': {
        const { epoch, from, to, events } = push;
        this.observe({ type: 'events', ...this.#in(push.room), epoch, from, to, events });
        return;
      }
      case 'presence': {
        const { at, joined, left, count } = push;
        this.observe({ type: 'presence', ...this.#in(push.room), at, joined, left, count });
        return;
      }
      case 'reset': {
        const { position, view, members } = push;
        this.observe({ type: 'reset', ...this.#in(push.room), position, view, members });
        return;
      }
      case 'closed':
        this.observe({ type: 'closed', ...this.#in(push.room), code: push.code });
        return;
      case 'hello':
      case 'signal':
      case 'state':
      case 'goodbye':
    }
  }

  #in(room: string): { readonly client: string; readonly connection: string; readonly room: string } {
    return { client: this.client, connection: this.connection, room };
  }
}
