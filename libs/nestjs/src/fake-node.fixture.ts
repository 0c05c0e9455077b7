import {
  UnknownKindError,
  type LogicFactory,
  type RoomHandle,
  type RoomKind,
  type RoomsNode,
  type RoomStore,
  type Sessions,
} from '@greenroom/rooms';

/** A logic that is never run: these specs stop at the room's door. */
export const noLogic = {} as unknown as LogicFactory;

/** A node that keeps its kinds, notes what it is told, and answers every room alike. */
export class FakeNode implements RoomsNode {
  readonly id = 'fake';
  readonly active = 0;
  readonly commands = 0;
  readonly isWell = true;
  readonly kinds = new Map<string, RoomKind>();
  /** In the order it happened: `['start']`, `['send', 'chat/cats', 'say', { text }, options]`, ... */
  readonly told: unknown[][] = [];
  reply: unknown = undefined;
  /** Members of every room. */
  readonly people: { readonly id: string }[] = [];

  register(kind: RoomKind): void {
    this.kinds.set(kind.contract.kind, kind);
  }
  kind(name: string): RoomKind | undefined {
    return this.kinds.get(name);
  }
  async start(): Promise<void> {
    this.told.push(['start', [...this.kinds.keys()]]);
  }
  connect(): Sessions {
    throw new UnknownKindError('sessions');
  }
  room(address: string): RoomHandle {
    return {
      send: async (...given) => {
        this.told.push(['send', address, ...given]);
        return { position: { epoch: 1, seq: 2 }, ...(this.reply !== undefined && { data: this.reply }) };
      },
      view: async (as) => ({ shown: as?.id ?? null }),
      members: async (after, limit = 100) => {
        const rest = this.people.filter(({ id }) => after === undefined || id > after);
        return { members: rest.slice(0, limit), more: rest.length > limit };
      },
      history: async () => ({ events: [], more: false }),
      kick: async (...given) => void this.told.push(['kick', address, ...given]),
      close: async (...given) => void this.told.push(['close', address, ...given]),
    };
  }
  async create(address: string, params: unknown): Promise<void> {
    this.told.push(['create', address, params]);
  }
  async list(): Promise<{ rooms: { id: string; members: number }[] }> {
    return { rooms: [] };
  }
  *rooms(): Generator<never> {}
  async drain(): Promise<void> {
    this.told.push(['drain']);
  }
}

/** A store of which only the end matters. */
export const fakeStore = (told: unknown[][]): RoomStore =>
  ({ close: async () => void told.push(['close store']) }) as unknown as RoomStore;
