import type { RoomLogic } from '../room/logic.js';

/** A logic that changes its state in place: `add` counts, `later` arms a timer that throws half-way. */
interface Count {
  said: string[];
  n: number;
  timers: { id: string; due: number }[];
}
export function mutable() {
  return {
    whyNotDurable: () => undefined,
    create: (): RoomLogic => ({
      mutable: true,
      start: () => ({ state: { said: [], n: 0, timers: [] }, taken: true, outputs: [], effects: [], done: false }),
      apply: (
        state: Count,
        event: { type: string; data?: { text?: string; ms?: number }; id: string; at: number; by?: { id: string } },
      ) => {
        const outputs: { type: string; [k: string]: unknown }[] = [];
        if (event.type === 'say') {
          state.said.push(event.data?.text ?? '');
          outputs.push({
            type: 'said',
            data: { id: event.id, text: `${event.data?.text} ${state.n}`, by: event.by?.id },
          });
        }
        if (event.type === 'refuse') {
          state.n += 1;
          outputs.push({ type: 'room.reject', reason: 'no' });
        }
        if (event.type === 'later') state.timers.push({ id: event.id, due: event.at + (event.data?.ms ?? 0) });
        if (event.type === 'add') outputs.push({ type: 'room.reply', data: { sum: state.n } });
        return { state, taken: true, outputs, effects: [], done: false };
      },
      save: (state: Count) => structuredClone(state),
      load: (saved: Count) => structuredClone(saved),
      nextTimer: (state: Count) => state.timers[0],
      fire: (state: Count) => {
        state.n += 100;
        throw new Error('half-way');
      },
      spend: (state: Count, timer: string) => {
        state.timers = state.timers.filter(({ id }) => id !== timer);
        return state;
      },
      expose: (state: Count) => state,
      resume: () => {},
      stop: () => {},
      isBusy: () => false,
    }),
  };
}
