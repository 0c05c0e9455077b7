import { TestCluster } from '@greenroom/testing';
import { expect, it } from '@jest/globals';
import { lab } from './lab.fixture.js';

const A = 'lab/a';

/** Two nodes, of which the first has the room. */
const start = async (kind = lab) => {
  const cluster = new TestCluster({ kinds: () => [kind()] });
  const owner = await cluster.start();
  const other = await cluster.start();
  cluster.owners.set(A, owner.id);
  return { cluster, owner, other };
};

/** As an app has them: with methods, and around them a circle of others. */
const account = (): object => {
  const team: { readonly members: unknown[]; readonly name: () => string } = { members: [], name: () => 'team' };
  team.members.push(team);
  return { team, since: new Date() };
};

it('what an app knows of a user stays on the node of the connection: who is no plain data speaks in any room', async () => {
  const { owner, other } = await start();
  const all = [owner.connect('ann', account()), other.connect('bob', account())];
  for (const each of all) {
    await each.join(A);
    await each.send(A, 'say', { text: 'hello' });
  }
  for (const { node } of [owner, other])
    await node.room(A).send('say', { text: 'from the server' }, { as: { ...account(), id: 'cid', name: 'Cid' } });
  for (const each of all) expect(each.events('said').map(({ data }) => data)).toHaveLength(each === all[0] ? 4 : 3);
});

it('what is no plain data is refused alike on all nodes, and costs nothing but itself', async () => {
  const { owner, other } = await start();
  const [ann, bob] = [owner.connect('ann'), other.connect('bob')];
  for (const each of [ann, bob]) {
    await each.join(A);
    for (const text of [() => 'x', Symbol('x'), new Map(), new Date(), 1n, Number.NaN, '\ud800'])
      await expect(each.send(A, 'say', { text })).rejects.toMatchObject({ code: 'INTERNAL' });
    await each.send(A, 'say', { text: 'after it' });
  }
  expect(ann.events('said')).toHaveLength(2);
});

it('a view that is no plain data is shown nowhere, whichever node one is on', async () => {
  let shown: unknown = 'fine';
  const { cluster, owner, other } = await start(() => lab({ view: () => shown }));
  const [ann, bob] = [owner.connect('ann'), other.connect('bob')];
  for (const each of [ann, bob]) expect(await each.join(A)).toMatchObject({ view: 'fine' });
  for (const view of [new Map([['a', 1]]), { at: new Date() }, { may: () => true }, [1n]]) {
    shown = view;
    for (const each of [ann, bob]) await expect(each.join(A)).rejects.toMatchObject({ code: 'INTERNAL' });
    for (const { node } of [owner, other])
      await expect(node.room(A).view()).rejects.toMatchObject({ code: 'INTERNAL' });
  }
  shown = 'fine again';
  await cluster.clock.advance(1000);
  for (const each of [ann, bob]) expect(await each.join(A)).toMatchObject({ view: 'fine again' });
});
