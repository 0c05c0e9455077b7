import { once } from 'node:events';
import type { Push } from '@greenroom/protocol';
import { socketIoWire, webSocketWire, type Wire } from '@greenroom/testing/faults';
import { WebSocket } from 'ws';
import type { Host } from './host.js';

/** Events that are sent and not all neighbours have heard of yet. */
const IN_FLIGHT = 16;
const NEIGHBOURS = 4;
const MARK = /"text":"(\d+) /;

/** People who read all that is said, and one of them says it: what a stalled reader must not cost. */
export interface Crowd {
  /** Has so many bytes said, waits until all have heard, and tells how long each took to be heard by each, milliseconds. */
  broadcast(bytes: number): Promise<readonly number[]>;
  close(): void;
}

/** When each was said, until all have heard it. */
class Rounds {
  readonly #said = new Map<number, { readonly at: number; left: number }>();
  #times: number[] = [];
  #next = 0;
  #end = 0;
  #done: () => void = () => {};

  constructor(
    private readonly listeners: number,
    private readonly length: number,
    private readonly say: (text: string) => void,
  ) {}

  async run(bytes: number): Promise<readonly number[]> {
    this.#times = [];
    this.#end = this.#next + Math.ceil(bytes / this.length);
    const done = new Promise<void>((resolve) => (this.#done = resolve));
    for (let i = 0; i < IN_FLIGHT; i += 1) this.#more();
    await done;
    return this.#times;
  }

  heard(n: number): void {
    const each = this.#said.get(n);
    if (each === undefined) return;
    this.#times.push(performance.now() - each.at);
    each.left -= 1;
    if (each.left > 0) return;
    this.#said.delete(n);
    this.#more();
    if (this.#said.size === 0) this.#done();
  }

  #more(): void {
    if (this.#next === this.#end) return;
    const n = (this.#next += 1);
    this.#said.set(n, { at: performance.now(), left: this.listeners });
    this.say(`${n} `.padEnd(this.length, 'x'));
  }
}

/** In a room, two on each carrier. @param length of what is said, characters */
export const crowdInRoom = async (host: Host, room: string, length: number): Promise<Crowd> => {
  const wires: Wire[] = [];
  const rounds = new Rounds(NEIGHBOURS, length, (text) =>
    wires[0]?.ask('send', { room, name: 'say', data: { text } }, () => {}),
  );
  const pushed = (push: Push): void => {
    if (push.op === 'reset' || push.op === 'closed') throw new Error(`a neighbour was told ${push.op}`);
    if (push.op !== 'events') return;
    for (const { data } of push.events) rounds.heard(Number.parseInt((data as { text: string }).text, 10));
  };
  for (const [i, wire] of [webSocketWire, socketIoWire, webSocketWire, socketIoWire].entries()) {
    const connect = wire(host.url, { token: await host.token(`neighbour ${i}`) });
    const open = await connect({ pushed, ended: () => {} });
    await new Promise<void>((resolve) => open.ask('join', { room }, () => resolve()));
    wires.push(open);
  }
  return { broadcast: (bytes) => rounds.run(bytes), close: () => wires.forEach((wire) => wire.close()) };
};

/** At the open endpoint. */
export const crowdAtEndpoint = async (host: Host, length: number): Promise<Crowd> => {
  const sockets: WebSocket[] = [];
  const rounds = new Rounds(NEIGHBOURS, length, (text) => sockets[0]?.send(text));
  for (let i = 0; i < NEIGHBOURS; i += 1) {
    const socket = new WebSocket(`${host.url.replace('http', 'ws')}/ws`);
    await once(socket, 'message');
    socket.on('message', (bytes: Buffer) => rounds.heard(Number(MARK.exec(bytes.toString('latin1'))?.[1])));
    sockets.push(socket);
  }
  return { broadcast: (bytes) => rounds.run(bytes), close: () => sockets.forEach((socket) => socket.terminate()) };
};
