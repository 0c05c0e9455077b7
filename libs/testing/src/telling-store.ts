import type { Feed, PublishedTurn, RoomStore } from '@greenroom/rooms';

/** A store that reaches the nodes itself: a turn is told with its commit, whatever becomes of the node that committed it. */
export function tellingStore(kept: RoomStore, heard: Feed): { readonly store: RoomStore; readonly feed: Feed } {
  const told = new WeakSet<PublishedTurn>();
  const append: RoomStore['append'] = async (address, fence, batch) => {
    const bytes = await kept.append(address, fence, batch);
    if (batch.published !== undefined) {
      told.add(batch.published);
      heard.publish(address, batch.published);
    }
    return bytes;
  };
  const store = new Proxy(kept, {
    get: (target, name) => {
      if (name === 'append') return append;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  const feed: Feed = {
    publish: (address, message) =>
      message.type === 'turn' && told.has(message) ? undefined : heard.publish(address, message),
    subscribe: (address, listener) => heard.subscribe(address, listener),
    head: (address) => heard.head(address),
  };
  return { store, feed };
}
