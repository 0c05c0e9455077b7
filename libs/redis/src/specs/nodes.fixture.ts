import { setImmediate as immediate } from 'node:timers/promises';
import {
  createRoomsNode,
  defineRoom,
  outputs,
  roomKind,
  roomTypes,
  statechart,
  type KindOptions,
  type NodeLimits,
  type RoomKind,
  type RoomsNode,
} from '@greenroom/rooms';
import { TestConnection } from '@greenroom/testing';
import { assign, emit, setup } from 'xstate';
import { z } from 'zod';
import { openRedis, type RedisOptions, type RedisPorts } from '../open-redis.js';

const Talk = defineRoom({
  kind: 'talk',
  member: z.object({ name: z.string() }),
  commands: { say: z.object({ text: z.string() }), refuse: z.object({}) },
  events: { said: z.object({ text: z.string(), by: z.string() }) },
  signals: { typing: z.object({ on: z.boolean() }) },
  view: z.object({ said: z.array(z.string()) }),
});
const out = outputs(Talk);

const machine = setup({ types: roomTypes<typeof Talk, { readonly said: readonly string[] }>() }).createMachine({
  context: { said: [] },
  on: {
    say: {
      actions: [
        assign({ said: ({ context, event }) => [...context.said, event.data.text] }),
        emit(({ event }) => out.said({ text: event.data.text, by: event.by.id })),
      ],
    },
    refuse: { actions: emit(out.room.reject('no')) },
  },
});

export const talk = (options: KindOptions = {}): RoomKind =>
  roomKind(Talk, {
    logic: statechart(machine, { freeze: true }),
    view: (state) => ({ said: (state as { readonly context: { readonly said: readonly string[] } }).context.said }),
    historyFor: 'all',
    ...options,
  });

/** A node of its own on real Redis and real time. */
export class TestNode {
  readonly logged: { readonly message: string; readonly cause: unknown }[] = [];
  #connections = 0;

  private constructor(
    readonly node: RoomsNode,
    readonly ports: RedisPorts,
  ) {}

  static async start(
    options: RedisOptions,
    limits: Partial<NodeLimits> = {},
    wrap: (ports: RedisPorts) => RedisPorts = (ports) => ports,
  ): Promise<TestNode> {
    const ports = wrap(await openRedis(options));
    const note = (message: string, { cause }: { readonly cause?: unknown }): void =>
      void started.logged.push({ message, cause });
    const node = createRoomsNode({ ...ports, limits, logger: { warn: note, error: note } });
    node.register(talk());
    const started = new TestNode(node, ports);
    await node.start();
    return started;
  }

  /** A room that a node is to own, as far as this one knows. */
  async roomOf({ node: { id } }: TestNode): Promise<string> {
    for (let i = 0; ; i += 1) {
      if ((await this.ports.directory.locate(`talk/${i}`)) === id) return `talk/${i}`;
      // Where Redis is away each is answered at once, and it would not come back before this is over.
      await immediate();
    }
  }

  connect(id: string): TestConnection {
    this.#connections += 1;
    return new TestConnection(`${this.node.id}-${this.#connections}`, { id, name: id }, this.node);
  }

  /** The server's own word in a room. */
  say(address: string, text: string, commandId?: string): ReturnType<ReturnType<RoomsNode['room']>['send']> {
    return this.node
      .room(address)
      .send('say', { text }, { as: { id: 'system', name: 'System' }, ...(commandId && { commandId }) });
  }

  said(address: string): Promise<unknown> {
    return this.node.room(address).view();
  }
}
