import type { MakeInvariant } from './invariant.js';

/** Sent by one connection to one room, each for the first and only time. */
interface Sent {
  readonly client: string;
  readonly id: string;
  readonly token: string | undefined;
}

export const senderOrder: MakeInvariant = ({ logs, hearsay, tokenOf, report }) => {
  const sent = new Map<string, Sent[]>();
  /** A repeat takes its place anew. */
  const repeated = new Set<string>();

  const inOrder = (room: string, all: readonly Sent[], placeOf: (one: Sent) => number | undefined): void => {
    let last: { readonly id: string; readonly place: number } | undefined;
    for (const one of all) {
      if (repeated.has(`${one.client} ${one.id}`)) continue;
      const place = placeOf(one);
      if (place === undefined) continue;
      if (last !== undefined && place < last.place)
        report(
          { room, client: one.client },
          `${one.id} was sent after ${last.id}, and is at ${place} before ${last.place}`,
        );
      last = { id: one.id, place };
    }
  };

  return {
    observe: (observation) => {
      if (observation.type !== 'sent') return;
      const { client, connection, room, id, token, attempt } = observation;
      if (attempt > 1) repeated.add(`${client} ${id}`);
      else {
        const key = `${connection}\n${room}`;
        const before = sent.get(key) ?? [];
        sent.set(key, before);
        before.push({ client, id, token });
      }
    },
    finish: () => {
      const heard = new Map<string, Map<string, number>[]>();
      for (const { room, events } of hearsay.lives()) {
        const places = new Map<string, number>();
        for (const { seq, data } of events) {
          const token = tokenOf(data);
          if (token !== undefined) places.set(token, seq);
        }
        heard.set(room, [...(heard.get(room) ?? []), places]);
      }
      for (const [key, all] of sent) {
        const room = key.slice(key.indexOf('\n') + 1);
        const log = logs.get(room);
        if (log !== undefined) inOrder(room, all, ({ client, id }) => log.commands(client, id)[0]?.seq);
        else for (const places of heard.get(room) ?? []) inOrder(room, all, ({ token }) => places.get(token ?? ''));
      }
    },
  };
};
