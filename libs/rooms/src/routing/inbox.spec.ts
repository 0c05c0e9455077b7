import { VirtualClock } from '@greenroom/testing';
import { expect, it } from '@jest/globals';
import { UnknownKindError } from '../errors.js';
import type { RoomHost } from '../placement/room-host.js';
import type { Asker } from '../room/asker.js';
import type { Envelope } from './courier.js';
import { Inbox } from './inbox.js';

it('a kind that only other nodes have is told of once: two versions, or two apps, share what they should not', async () => {
  const said: unknown[] = [];
  const warn = (...sentence: unknown[]): void => void said.push(sentence);
  const host = {
    knows: (address: string) => address.startsWith('lab/'),
    isActive: () => false,
    ask: (_address: string, _request: unknown, _deadline: number, asker: Asker) =>
      asker.reject(new UnknownKindError('chess')),
  } as unknown as RoomHost;
  const inbox = new Inbox(host, async () => true, new VirtualClock(), { warn, error: warn });
  const ask = (address: string, round: number) => {
    const envelope: Envelope = { address, request: { type: 'count' }, deadline: Infinity, from: 'n2', round, index: 0 };
    return inbox.take(envelope).catch((error: unknown) => error);
  };
  expect(await ask('chess/a', 1)).toMatchObject({ code: 'UNKNOWN_KIND' });
  await ask('chess/b', 2);
  await ask('lab/a', 3);
  expect(said).toEqual([
    [expect.stringContaining('a kind that this app does not have'), { kind: 'chess', node: 'n2' }],
  ]);
});
