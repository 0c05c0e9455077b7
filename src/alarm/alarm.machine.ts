import { outputs, roomTypes } from '@greenroom/rooms';
import { assign, emit, setup } from 'xstate';
import { Alarm } from './alarm.contract.js';

export interface AlarmState {
  /** When it was last set, milliseconds since 1970. */
  readonly setAt: number;
  readonly ms: number;
}

const out = outputs(Alarm);

export const alarmMachine = setup({
  types: roomTypes<typeof Alarm, AlarmState>(),
  delays: { due: ({ context }) => context.ms },
}).createMachine({
  context: { setAt: 0, ms: 0 },
  initial: 'idle',
  states: {
    idle: {},
    armed: {
      after: {
        due: {
          target: 'rang',
          actions: emit(({ context, event }) => out.rang({ setAt: context.setAt, at: event.at })),
        },
      },
    },
    rang: {},
  },
  on: {
    set: {
      target: '.armed',
      actions: assign(({ event }) => ({ setAt: event.at, ms: event.data.ms })),
    },
  },
});

/** What everybody is shown on joining. */
export const viewAlarm = (state: 'idle' | 'armed' | 'rang', { setAt, ms }: AlarmState) =>
  state === 'armed' ? { state, due: setAt + ms } : { state };
