import type { Envelope } from '@greenroom/rooms';

/** What is sent to see that it arrives. */
export const question = (deadline: number): Envelope => ({
  address: 'lab/a',
  request: { type: 'view', viewer: undefined },
  deadline,
  from: 'n0',
  round: 1,
  index: 0,
});
