import { OnJoin, Room, Sender, type Authenticator } from '@greenroom/nestjs';
import { bytes, command, defineRoom, directed, outputs, roomTypes, type Identity } from '@greenroom/rooms';
import { assign, emit, setup } from 'xstate';
import { z } from 'zod';

const text = z.object({ text: z.string() });
const anything = z.unknown();

/** A room in which all there is in the protocol can happen. */
const Fair = defineRoom({
  kind: 'fair',
  params: z.object({ title: z.string().default('untitled'), size: z.number().optional() }),
  join: z.object({ ticket: z.string().default('paid') }).prefault({}),
  member: z.object({ name: z.string(), badge: z.string().optional() }),
  commands: {
    say: text,
    show: anything,
    keep: anything,
    ask: command(anything, anything),
    upload: bytes,
    many: z.object({ count: z.number(), size: z.number() }),
    reject: text,
    forbid: text,
    trip: z.object({}),
    nothing: z.object({}),
    whisper: z.object({ to: z.array(z.string()), text: z.string() }),
    hide: z.object({ from: z.string(), text: z.string() }),
    redact: z.object({ id: z.string() }),
    kick: z.object({ who: z.string(), why: z.string() }),
    close: z.object({ why: z.string() }),
    later: z.object({ ms: z.number() }),
  },
  events: {
    said: z.object({ text: z.string(), id: z.string() }),
    shown: anything,
    uploaded: bytes,
    whispered: directed(text),
    rang: z.object({}),
  },
  signals: { nod: anything },
  view: z.object({ kept: z.unknown(), title: z.string() }),
});

interface FairState {
  readonly kept: unknown;
  readonly title: string;
}
const out = outputs(Fair);

const machine = setup({
  types: roomTypes<typeof Fair, FairState>(),
  delays: { later: ({ event }) => (event.type === 'later' ? event.data.ms : 0) },
}).createMachine({
  context: ({ input }) => ({ kept: null, title: input.params.title }),
  on: {
    'room.join': [
      { guard: ({ event }) => event.data.ticket === 'none', actions: emit(out.room.reject('no ticket')) },
      { guard: ({ event }) => event.data.ticket === 'false', actions: emit(out.room.reject('a fake', 'FORBIDDEN')) },
      {},
    ],
    say: { actions: emit(({ event: { data, id } }) => out.said({ text: data.text, id })) },
    show: { actions: emit(({ event }) => out.shown(event.data)) },
    keep: { actions: assign({ kept: ({ event }) => event.data }) },
    ask: { actions: emit(({ event }) => out.room.reply('ask', event.data)) },
    upload: { actions: emit(({ event }) => out.uploaded(event.data)) },
    reject: { actions: [emit(({ event }) => out.room.reject(event.data.text))] },
    forbid: { actions: [emit(({ event }) => out.room.reject(event.data.text, 'FORBIDDEN'))] },
    trip: {
      actions: assign(() => {
        throw new Error('it trips');
      }),
    },
    whisper: { actions: emit(({ event: { data } }) => out.whispered(data.to, { text: data.text })) },
    hide: { actions: emit(({ event: { data, id } }) => out.said({ text: data.text, id }, { except: data.from })) },
    redact: { actions: emit(({ event }) => out.room.redact(event.data.id)) },
    kick: { actions: emit(({ event: { data } }) => out.room.kick(data.who, data.why)) },
    close: { actions: emit(({ event }) => out.room.close(event.data.why)) },
    later: { target: '.waiting' },
  },
  initial: 'idle',
  states: { idle: {}, waiting: { after: { later: { target: 'idle', actions: emit(out.rang({})) } } } },
});

abstract class Fairground {
  @OnJoin() join(@Sender() { name, badge }: Identity) {
    return { name, ...(badge !== undefined && { badge }) };
  }
  view({ context }: { readonly context: FairState }) {
    return { kept: context.kept, title: context.title };
  }
}

@Room(Fair, { machine, durability: 'commit', historyFor: 'all', maxMembers: 3, grace: '300ms' })
export class FairRoom extends Fairground {}

/** The same, kept nowhere, and with nothing for those who come later. */
const Tent = defineRoom({ ...Fair, kind: 'tent' });
@Room(Tent, { machine, durability: 'memory', historyFor: 'joined', maxMembers: 3, grace: '300ms' })
export class TentRoom extends Fairground {}

/** The same, made by the server alone. */
export const Vault = defineRoom({ ...Fair, kind: 'vault' });
@Room(Vault, { machine, durability: 'commit', create: 'by-server' })
export class VaultRoom extends Fairground {}

/** Users as an app has them: with methods, and with more around them than anybody should send anywhere. */
export const byEntity: Authenticator = {
  authenticate: async ({ token }) => {
    const [name = '', badge] = token.split('+');
    const account = { users: [] as unknown[], may: () => true };
    const user = { id: name, name, account, since: new Date(), ...(badge !== undefined && { badge }) };
    account.users.push(user);
    return { user };
  },
};
