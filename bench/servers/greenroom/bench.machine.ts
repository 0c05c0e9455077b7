import { outputs, roomTypes } from '@greenroom/rooms';
import { assign, emit, setup } from 'xstate';
import { Talk } from './bench.contract.js';

export interface BenchState {
  readonly said: number;
}

const out = outputs(Talk);

export const benchMachine = setup({ types: roomTypes<typeof Talk, BenchState>() }).createMachine({
  context: { said: 0 },
  on: {
    say: {
      actions: [
        assign({ said: ({ context }) => context.said + 1 }),
        emit(({ event: { by, data, at } }) => out.message({ text: data.text, from: by.id, at })),
      ],
    },
    add: { actions: emit(({ event: { data } }) => out.room.reply('add', { sum: data.a + data.b })) },
  },
});
