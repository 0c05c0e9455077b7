import type { JoinReply } from '@greenroom/protocol';
import type { RoomContract, RoomError, RoomKind, SendResult } from '@greenroom/rooms';
import { Logger, type ModuleMetadata, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import type { Admission, AdmittedJoin } from './admission/admission.js';
import type { RoomsConnection } from './gateway/rooms-connection.js';
import { RoomsModule } from './rooms.module.js';
import type { RoomsModuleExtras, RoomsModuleOptions } from './rooms.options.js';
import { ROOMS_ADMISSION, ROOMS_NODE } from './gateway/gateway.tokens.js';
import { FakeNode, fakeStore } from './fake-node.fixture.js';

export const ann: RoomsConnection = {
  id: 'c1',
  user: { id: 'ann', name: 'Ann', admin: true },
  carrier: 'websocket',
  handshake: { auth: {}, headers: { authorization: 'Bearer t' }, address: '::1', url: '/rooms' },
  headers: { authorization: 'Bearer t' },
  data: {},
  push: () => undefined,
};

/** What one operation came to. `went`: what the room was asked with, if it was. */
export interface Outcome {
  readonly went: unknown[];
  readonly reply?: unknown;
  readonly error?: RoomError;
}

const POSITION = { epoch: 1, seq: 7 };

/** A started app with rooms, whose admission is asked as the carriers ask it. */
export class RoomsApp {
  private constructor(
    readonly module: TestingModule,
    readonly node: FakeNode,
    readonly logged: unknown[][],
  ) {}

  static async start(
    parts: Pick<ModuleMetadata, 'imports' | 'providers'> & {
      rooms?: Type<object>[];
      options?: Partial<RoomsModuleOptions> & RoomsModuleExtras;
      before?: (module: TestingModule) => void;
    },
  ): Promise<RoomsApp> {
    const node = new FakeNode();
    const logged: unknown[][] = [];
    const module = await Test.createTestingModule({
      imports: [
        RoomsModule.forRoot({ store: fakeStore(node.told), ...parts.options }),
        ...(parts.rooms === undefined ? [] : [RoomsModule.forFeature(parts.rooms)]),
        ...(parts.imports ?? []),
      ],
      providers: parts.providers ?? [],
    })
      .overrideProvider(ROOMS_NODE)
      .useValue(node)
      .setLogger({ log() {}, warn() {}, error: (...given: unknown[]) => void logged.push(given) })
      .compile();
    parts.before?.(module);
    await module.init();
    return new RoomsApp(module, node, logged);
  }

  get admission(): Admission {
    return this.module.get<Admission>(ROOMS_ADMISSION);
  }

  kind({ kind }: RoomContract): RoomKind {
    const found = this.node.kind(kind);
    if (found === undefined) throw new Error(`${kind} is not registered`);
    return found;
  }

  connect(): Promise<Outcome> {
    return outcome(async (went) => {
      await this.admission.connect(ann);
      went.push('connected');
    });
  }

  join(contract: RoomContract, data?: unknown, params?: unknown, reply = joined): Promise<Outcome> {
    const attempt = { address: `${contract.kind}/a`, kind: this.kind(contract), params, data };
    return outcome((went) =>
      this.admission.join(ann, attempt, async (admitted: AdmittedJoin) => {
        went.push(admitted);
        return reply;
      }),
    );
  }

  command(
    contract: RoomContract,
    name: string,
    data: unknown,
    go: () => Promise<SendResult> = async () => ({ position: POSITION }),
  ): Promise<Outcome> {
    const attempt = { address: `${contract.kind}/a`, kind: this.kind(contract), name, data };
    return outcome((went) =>
      this.admission.command(ann, attempt, (admitted) => {
        went.push(admitted);
        return go();
      }),
    );
  }

  async close(): Promise<void> {
    await this.module.close();
    Logger.overrideLogger(false);
  }
}

export const joined: JoinReply = {
  room: 'chat/a',
  me: { id: 'ann' },
  session: 'secret',
  position: POSITION,
  members: [],
  count: 1,
  recovered: false,
  view: { text: 'seen' },
};

const outcome = async (run: (went: unknown[]) => Promise<unknown>): Promise<Outcome> => {
  const went: unknown[] = [];
  try {
    return { went, reply: await run(went) };
  } catch (error) {
    return { went, error: error as RoomError };
  }
};
