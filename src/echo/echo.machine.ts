import { outputs, roomTypes } from '@greenroom/rooms';
import { assign, emit, setup } from 'xstate';
import { Echo } from './echo.contract.js';

export interface EchoState {
  /** How long `later` waits, milliseconds. */
  readonly ms: number;
}

const out = outputs(Echo);
const fail = (): never => {
  throw new Error('boom: the machine throws, as asked');
};

export const echoMachine = setup({
  types: roomTypes<typeof Echo, EchoState>(),
  delays: { later: ({ context }) => context.ms },
}).createMachine({
  context: { ms: 0 },
  initial: 'idle',
  states: {
    idle: {},
    waiting: { after: { later: { target: 'idle', actions: emit(out.rang({})) } } },
  },
  on: {
    say: { actions: emit(({ event: { by, data, at } }) => out.message({ from: by.id, text: data.text, at })) },
    add: { actions: emit(({ event: { data } }) => out.room.reply('add', { sum: data.a + data.b })) },
    boom: { actions: assign(fail) },
    whisper: {
      actions: emit(({ event: { by, data } }) => out.whispered(data.to, { from: by.id, text: data.text })),
    },
    later: { target: '.waiting', actions: assign({ ms: ({ event }) => event.data.ms }) },
  },
});
