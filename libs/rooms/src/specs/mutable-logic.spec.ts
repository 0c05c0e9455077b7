import { describe, expect, it } from '@jest/globals';
import { startTestRooms } from '@greenroom/testing';
import { roomKind } from '../kind.js';
import { Lab } from './lab.fixture.js';
import { mutable } from './mutable-logic.fixture.js';
import { A, say } from './two-members.fixture.js';

describe('a logic that changes in place', () => {
  it('a timer that throws half-way in a logic that changes in place leaves a room that replays', async () => {
    const rooms = await startTestRooms({ kinds: [roomKind(Lab, { logic: mutable() })] });
    const ann = rooms.connect('ann');
    await ann.join(A);
    await ann.send(A, 'later', { ms: 100 });
    await rooms.clock.advance(200);
    await rooms.clock.advance(5000);
    await say(ann, 'x');
    await rooms.clock.advance(5000);
    const after = await rooms.kill();
    await expect(after.connect('bob').join(A)).resolves.toBeDefined();
    expect(after.logged).toEqual([]);
  });
});
