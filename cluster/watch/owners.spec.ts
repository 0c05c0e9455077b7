import { expect, test } from '@jest/globals';
import { Owners } from './owners.js';

const room = (address: string, epoch: number, members = 2) => ({ address, members, position: { epoch, seq: 7 } });
const namesOf = (owners: Owners, node: string) => owners.of(node).map(({ address }) => address);

test('a room that another node has in a later epoch has moved there, so long after its owner was gone', () => {
  const owners = new Owners();
  expect(owners.said('node-1', { rooms: [room('chat/b', 1), room('chat/a', 1)] }, 0)).toEqual([]);
  owners.gone('node-1', 1000);
  expect(namesOf(owners, 'node-1')).toEqual(['chat/a', 'chat/b']);
  expect(owners.said('node-2', { rooms: [room('chat/a', 2)] }, 1500)).toEqual([
    { room: 'chat/a', from: 'node-1', to: 'node-2', epoch: 2, at: 1500, goneAt: 1000 },
  ]);
  // The other is nobody's yet.
  expect(namesOf(owners, 'node-1')).toEqual(['chat/b']);
  expect(owners.of('node-2')).toMatchObject([{ address: 'chat/a', epoch: 2, members: 2, cameAt: 1500 }]);
});

test('what an owner says that was replaced and does not know it yet is not believed', () => {
  const owners = new Owners();
  owners.said('node-1', { rooms: [room('chat/a', 1)] }, 0);
  owners.said('node-2', { rooms: [room('chat/a', 2)] }, 500);
  expect(owners.said('node-1', { rooms: [room('chat/a', 1)] }, 1000)).toEqual([]);
  expect([namesOf(owners, 'node-1'), namesOf(owners, 'node-2')]).toEqual([[], ['chat/a']]);
});

test('a room that its owner has unloaded is nobody’s, and is no move when another loads it', () => {
  const owners = new Owners();
  owners.said('node-1', { rooms: [room('chat/a', 1)] }, 0);
  owners.said('node-1', { rooms: [] }, 500);
  expect(owners.said('node-2', { rooms: [room('chat/a', 2)] }, 1000)).toEqual([]);
});

test('rooms of a node that drains are followed until another has them, and forgotten when it is back without them', () => {
  const owners = new Owners();
  owners.said('node-1', { rooms: [room('chat/a', 1), room('chat/b', 1)] }, 0);
  owners.gone('node-1', 100);
  owners.said('node-1', { rooms: [] }, 200);
  expect(owners.said('node-2', { rooms: [room('chat/a', 2)] }, 300)).toMatchObject([{ room: 'chat/a', goneAt: 100 }]);
  owners.back('node-1');
  owners.said('node-1', { rooms: [] }, 400);
  expect(namesOf(owners, 'node-1')).toEqual([]);
});
