import { Memory } from '../../../pages/memory.js';
import { mistakeIn } from '../room-id.js';
import type { Unsent } from '../timeline/timeline.js';

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

const MOST = 30;
const kept = new Memory(() => localStorage, 'greenroom.rooms', isTexts);

/** Rooms that were visited, the latest first. */
export const visitedRooms = (): readonly string[] =>
  (kept.read() ?? []).filter((id) => mistakeIn(id) === undefined).slice(0, MOST);

export const rememberRoom = (id: string): void =>
  kept.write([id, ...visitedRooms().filter((each) => each !== id)].slice(0, MOST));

export const forgetRoom = (id: string): void => kept.write(visitedRooms().filter((each) => each !== id));

/** What is typed and not sent yet, of one room. */
export const draftOf = (id: string): Memory<string> =>
  new Memory(
    () => sessionStorage,
    `greenroom.draft.${id}`,
    (value): value is string => typeof value === 'string',
  );

/** A message that was on its way when the page was left. */
export type Waiting = Pick<Unsent, 'key' | 'text' | 'at'>;

const isWaiting = (value: unknown): value is Waiting => {
  const { key, text, at } = (value ?? {}) as Partial<Record<keyof Waiting, unknown>>;
  return typeof key === 'string' && typeof text === 'string' && typeof at === 'number';
};

/** Of one person in one room: another tab may be another person. */
export const waitingOf = (user: string, id: string): Memory<readonly Waiting[]> =>
  new Memory(
    () => sessionStorage,
    `greenroom.waiting.${user}.${id}`,
    (value): value is readonly Waiting[] => Array.isArray(value) && value.every(isWaiting),
  );
