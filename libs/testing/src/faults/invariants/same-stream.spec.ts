import type { WireEvent } from '@greenroom/protocol';
import { describe, expect, test } from '@jest/globals';
import type { Observation } from '../observations/observation.js';
import { checkInvariants } from './check-invariants.js';

const ROOM = 'talk/a';
const at = (client: string) => ({ client, connection: `${client}/1`, room: ROOM });
const said = (seq: number): WireEvent => ({ seq, name: 'said', data: { text: `${seq}` }, at: 0 });
const joined = (client: string): Observation => ({
  ...at(client),
  type: 'joined',
  position: { epoch: 1, seq: 1 },
  recovered: false,
  view: null,
  members: [],
  count: 0,
});
const frame = (client: string, from: number, ...seqs: readonly number[]): Observation => {
  const to = seqs.at(-1) ?? from;
  return { ...at(client), type: 'events', epoch: 1, from, to, events: seqs.map(said) };
};
/** Ann is told of all; Bob of what is handed in. */
const faults = (bob: readonly Observation[], mayMiss: readonly string[]): readonly string[] =>
  checkInvariants([joined('ann'), joined('bob'), frame('ann', 1, 2, 3, 4), ...bob], [], { mayMiss })
    .filter(({ invariant }) => invariant === 'same-stream')
    .map(({ client, message }) => `${client}: ${message}`);

describe('where members may miss something, of a room that nobody keeps', () => {
  test('one who is told so by the next frame has been told', () => {
    expect(faults([frame('bob', 3, 4)], ['talk'])).toEqual([]);
    expect(faults([frame('bob', 3, 4)], ['other'])).toEqual([
      'bob: a gap: a frame from 3 at 1',
      'bob: between 1 and 4: not told of 2,3, as others were',
    ]);
  });

  test('one who is not told so has been cheated all the same', () => {
    expect(faults([frame('bob', 1, 3, 4)], ['talk'])).toEqual(['bob: between 1 and 4: not told of 2, as others were']);
  });

  test('and what comes after it is to be whole again', () => {
    expect(faults([frame('bob', 2, 4)], ['talk'])).toEqual(['bob: between 2 and 4: not told of 3, as others were']);
  });
});
