import { command, defineRoom, directed, outputs, roomKind, roomTypes, statechart } from '@greenroom/rooms';
import type { KindOptions, RoomKind } from '@greenroom/rooms';
import { assign, emit, setup } from 'xstate';
import { z } from 'zod';

const text = z.object({ text: z.string() });

/** A room in which one can be heard by all, by one, and by all but oneself. */
const Hall = defineRoom({
  kind: 'hall',
  member: z.object({ name: z.string() }),
  commands: {
    say: text,
    whisper: z.object({ to: z.string(), text: z.string() }),
    tellOthers: text,
    count: command(z.object({}), z.object({ said: z.number() })),
    kick: z.object({ member: z.string() }),
    redact: z.object({ id: z.string() }),
  },
  events: {
    said: z.object({ id: z.string(), text: z.string() }),
    whispered: directed(text),
    noted: text,
  },
  view: z.object({ said: z.number() }),
});
export const EVENTS = ['said', 'whispered', 'noted'] as const;
const out = outputs(Hall);

interface HallState {
  readonly said: number;
}

const machine = setup({ types: roomTypes<typeof Hall, HallState>() }).createMachine({
  context: { said: 0 },
  on: {
    say: {
      actions: [
        assign({ said: ({ context }) => context.said + 1 }),
        emit(({ event }) => out.said({ id: event.id, text: event.data.text })),
      ],
    },
    whisper: { actions: emit(({ event }) => out.whispered(event.data.to, { text: event.data.text })) },
    tellOthers: { actions: emit(({ event }) => out.noted({ text: event.data.text }, { except: event.by.id })) },
    count: { actions: emit(({ context }) => out.room.reply('count', { said: context.said })) },
    kick: { actions: emit(({ event }) => out.room.kick(event.data.member, 'out')) },
    redact: { actions: emit(({ event }) => out.room.redact(event.data.id)) },
  },
});

export const hall = (options: KindOptions & { readonly hasView?: boolean } = {}): RoomKind => {
  const { hasView = true, ...more } = options;
  const view = (state: unknown) => ({ said: (state as { context: HallState }).context.said });
  return roomKind(Hall, { logic: statechart(machine, { freeze: true }), ...(hasView && { view }), ...more });
};
