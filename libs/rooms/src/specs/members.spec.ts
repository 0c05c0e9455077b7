import { describe, expect, it } from '@jest/globals';
import { roomKind, SYSTEM } from '../kind.js';
import { lab, Lab } from './lab.fixture.js';
import { mutable } from './mutable-logic.fixture.js';
import { A, texts, say, ids, open, resumeTwice } from './two-members.fixture.js';

describe('members', () => {
  it('whose claims have changed are known by them from then on, and miss nothing', async () => {
    const { rooms, ann, bob } = await open();
    const { pushes } = bob;
    const before = pushes.length;
    const [, refreshed] = await Promise.all([say(ann, '1'), bob.refresh(A, { name: 'Robert' }), say(ann, '2')]);
    expect(refreshed).toBeUndefined();
    await say(bob, '3');
    expect(await ann.members(A)).toMatchObject({ members: [{ name: 'ann' }, { id: 'bob', name: 'Robert' }] });
    expect(ann.events('said').at(-1)).toMatchObject({ by: { id: 'bob', name: 'Robert' } });
    const after = pushes.slice(before);
    expect(after.every(({ op }) => op === 'events')).toBe(true);
    const seqs = bob.events('said').map(({ seq }) => seq);
    expect([...new Set(seqs)]).toEqual(ann.events('said').map(({ seq }) => seq));
    await rooms.settle();
  });

  it('a resume that is tried again after a time-out stays', async () => {
    const { rooms, bob, joined } = await resumeTwice();
    expect(joined).toMatchObject({ count: 2 });
    await rooms.settle();
    await expect(say(bob, 'here')).resolves.toBeDefined();
    expect(await ids(rooms)).toEqual(['ann', 'bob']);
  });

  it.each([true, false])(
    'a kick whose commit had an unknown outcome ends the attachment (written %s)',
    async (isWritten) => {
      const { rooms, ann, bob } = await open();
      const append = rooms.store.append.bind(rooms.store);
      rooms.store.append = async (...args) => {
        rooms.store.append = append;
        if (isWritten) await append(...args);
        throw new Error('connection lost');
      };
      await rooms.node
        .room(A)
        .kick('bob', 'spam')
        .catch(() => {});
      await rooms.settle();
      await say(ann, 'secret');
      await rooms.settle();
      const isMember = (await ids(rooms)).includes('bob');
      expect(isMember).toBe(!isWritten);
      expect(texts(bob.events())).toEqual(isMember ? ['secret'] : []);
      expect(bob.received('closed')).toHaveLength(isMember ? 0 : 1);
    },
  );

  it('a refusal of a logic that changes in place costs nobody else their answer', async () => {
    const { rooms, ann, bob } = await open(roomKind(Lab, { logic: mutable() }));
    for (let n = 0; n < 4; n += 1) {
      await ann.send(A, 'refuse', { code: 'REJECTED' }).catch(() => {});
      let settled: unknown;
      void say(bob, 'x').then(
        (r) => (settled = r),
        (e: unknown) => (settled = e),
      );
      await rooms.clock.advance(6000);
      expect(settled).toMatchObject({ position: expect.anything() });
    }
  });

  it('a view of a logic that changes in place shows nothing uncommitted', async () => {
    const kind = roomKind(Lab, { logic: mutable(), view: (s) => (s as { said: string[] }).said });
    const { rooms, ann } = await open(kind);
    const cat = rooms.connect('cat');
    const joining = cat.join(A);
    let release = () => {};
    const append = rooms.store.append.bind(rooms.store);
    let n = 0;
    rooms.store.append = async (...args) => {
      if (++n === 2) await new Promise<void>((r) => (release = r));
      return append(...args);
    };
    const saying = say(ann, 'uncommitted');
    const reply = await joining;
    expect(JSON.stringify(reply)).not.toContain('uncommitted');
    release();
    await saying;
  });

  it('a numbered command below the window is never run twice, also after a snapshot', async () => {
    const { rooms, ann } = await open(lab(), { snapshotEntries: 2 });
    await say(ann, 'once', 'c:1');
    await rooms.clock.advance(11 * 60_000);
    for (let n = 0; n < 5; n += 1) await rooms.node.room(A).send('quiet', {}, { as: SYSTEM });
    await rooms.settle();
    await say(ann, 'once', 'c:1').catch(() => {});
    expect(texts(ann.events())).toEqual(['once']);
  });

  it('one whose join answer takes long is told who came meanwhile', async () => {
    const { rooms } = await open();
    const pushes: unknown[] = [];
    const sessions = rooms.node.connect({
      id: 'slow',
      user: { id: 'slow', name: 'slow' },
      push: (frame) => void pushes.push(frame.push),
    });
    const pending = await sessions.join(A, { profile: { name: 'slow' }, params: {}, data: undefined, mayCreate: true });
    await rooms.connect('cat').join(A);
    await rooms.clock.advance(300);
    pending.begin();
    await rooms.clock.advance(1000);
    expect(pushes.filter((p) => (p as { op: string }).op === 'presence')).toMatchObject([
      { joined: expect.arrayContaining([expect.objectContaining({ id: 'cat' })]) },
    ]);
  });

  it('members see no gap where nothing was lost, when the room needed a second try to be loaded again', async () => {
    const { rooms, ann, bob } = await open();
    await say(ann, '1');
    const append = rooms.store.append.bind(rooms.store);
    const claim = rooms.store.claim.bind(rooms.store);
    rooms.store.append = async () => {
      rooms.store.append = append;
      throw new Error('connection lost');
    };
    rooms.store.claim = async () => {
      rooms.store.claim = claim;
      throw new Error('connection lost');
    };
    await say(ann, 'lost').catch(() => {});
    await rooms.clock.advance(5000);
    const at = bob.received('events').at(-1)?.to ?? 0;
    await say(ann, '2');
    expect(bob.received('events').at(-1)?.from).toBeLessThanOrEqual(at);
  });

  it('one who joins while another turn fails stays as long as the connection does', async () => {
    const { rooms, ann, bob } = await open();
    const { session, position } = await bob.join(A);
    bob.drop();
    await say(ann, '1');
    const read = rooms.store.read.bind(rooms.store);
    let go = () => {};
    rooms.store.read = async (...args) => {
      rooms.store.read = read;
      await new Promise<void>((r) => (go = r));
      return read(...args);
    };
    const again = rooms.connect('bob');
    const joining = again.join(A, { session, since: position });
    await rooms.settle();
    const append = rooms.store.append.bind(rooms.store);
    rooms.store.append = async () => {
      rooms.store.append = append;
      throw new Error('connection lost');
    };
    await say(ann, '2').catch(() => {});
    await rooms.settle();
    go();
    await joining;
    await rooms.clock.advance(60_000);
    await expect(say(again, 'still here')).resolves.toBeDefined();
  });
});
