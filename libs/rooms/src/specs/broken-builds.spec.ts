import { afterAll, describe, expect, it } from '@jest/globals';
import type { InvariantName, Noise } from '@greenroom/testing/faults';
import type { Feed } from '../feed/feed.js';
import { BrokenEngines, type Break } from './broken-engine.fixture.js';
import { CarelessStore } from './careless-store.fixture.js';
import { crowd, type CrowdOptions } from './crowd.fixture.js';

/** Seeds tried until the invariant that is to catch a build does. */
const SEEDS = 12;

/** An owner goes on after another has begun. */
const TWO_OWNERS = /is of epoch \d+ in \d+/;

/** What a network and a disk do on a bad day. */
const BAD_DAY: readonly Noise[] = [
  { point: 'before-commit', share: 0.02, action: { type: 'refuse' } },
  { point: 'before-commit', share: 0.02, action: { type: 'fail' } },
  { point: 'after-commit', share: 0.02, action: { type: 'fail' } },
  { point: 'before-commit', share: 0.1, action: { type: 'delay', ms: 30 } },
  { point: 'before-commit', share: 0.005, action: { type: 'delay', ms: 6000 } },
  { point: 'after-commit', share: 0.1, action: { type: 'delay', ms: 30 } },
  { point: 'before-claim', share: 0.05, action: { type: 'fail' } },
  { point: 'after-claim', share: 0.05, action: { type: 'delay', ms: 100 } },
  { point: 'during-snapshot', share: 0.1, action: { type: 'fail' } },
  { point: 'during-passivation', share: 0.1, action: { type: 'refuse' } },
];

const engines = new BrokenEngines();
afterAll(() => engines.remove());

/** Runs seeds of a broken build until the invariant says what is wrong with it; what all said until then. */
const caughtBy = async (
  wanted: InvariantName,
  options: (seed: number) => Partial<CrowdOptions>,
): Promise<ReadonlySet<InvariantName>> => {
  const caught = new Set<InvariantName>();
  for (let seed = 1; seed <= SEEDS && !caught.has(wanted); seed += 1) {
    const run = await crowd({ seed, noise: BAD_DAY, isBroken: true, ...options(seed) });
    for (const { invariant } of run.violations) caught.add(invariant);
  }
  return caught;
};

describe('the engine as it is', () => {
  const from = Number(process.env['FROM'] ?? 1);
  const runs = Number(process.env['RUNS'] ?? 10);

  it(`keeps all invariants on good days and on bad ones, for ${runs} seeds from ${from}`, async () => {
    for (let seed = from; seed < from + runs; seed += 1) {
      for (const noise of [[], BAD_DAY]) {
        const { violations, observations } = await crowd({ seed, noise });
        expect({ seed, noise: noise.length, violations }).toEqual({ seed, noise: noise.length, violations: [] });
        expect(observations.filter(({ type }) => type === 'acked').length).toBeGreaterThan(0);
      }
    }
  }, 900_000);
});

it('keeps them in rooms in memory too, as far as those who were there can tell', async () => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const { violations } = await crowd({ seed, noise: BAD_DAY, durability: 'memory' });
    expect({ seed, violations }).toEqual({ seed, violations: [] });
  }
});

describe('a build that', () => {
  it.each<[string, InvariantName, readonly Break[]]>([
    [
      'replies before the commit',
      'commit-first',
      [
        {
          file: 'room/room.ts',
          instead: 'if (turn.entries.length > 0) await this.#commit(turn);',
          broken: 'turn.settle();\n      if (turn.entries.length > 0) await this.#commit(turn);',
        },
      ],
    ],
    [
      'replies before the commit, and loses what was acked',
      'acked-once',
      [
        {
          file: 'room/room.ts',
          instead: 'if (turn.entries.length > 0) await this.#commit(turn);',
          broken: 'turn.settle();\n      if (turn.entries.length > 0) await this.#commit(turn);',
        },
      ],
    ],
    [
      'does not know a command that it has seen',
      'acked-once',
      [
        {
          file: 'room/turn.ts',
          instead: 'const known = core.outcomes.find(by.id, request.commandId);',
          broken: 'const known = core.outcomes.find(by.id, `${request.commandId}?`);',
        },
      ],
    ],
    [
      'replays entries with their effects',
      'acked-once',
      [
        {
          file: 'room/core.ts',
          instead: 'const outcome = this.#attempt(input, entry, entry.failed === true);',
          broken:
            'const outcome = this.#attempt(input, entry, entry.failed === true);\n    for (const effect of outcome.applied?.effects ?? []) effect();',
        },
      ],
    ],
    [
      'works out who an event is for when it is sent, not when it is committed',
      'nobody-else',
      [
        {
          file: 'feed/visibility.ts',
          instead: 'if (event.to !== undefined && !event.to.includes(viewer.member)) return false;',
          broken: '',
        },
      ],
    ],
    [
      'takes the commands of one connection as they come to hand',
      'sender-order',
      [
        {
          file: 'room/mailbox.ts',
          instead: 'this.#letters.push({ letter, bytes });',
          broken: 'this.#letters.splice(this.#next, 0, { letter, bytes });',
        },
      ],
    ],
    [
      'keeps what a refused command did',
      'refused-never',
      [
        {
          file: 'room/core.ts',
          instead: 'if (reject !== undefined) throw new RejectedError(reject.reason);',
          broken: '',
        },
        {
          file: 'room/turn.ts',
          instead: 'const position = { epoch: core.epoch, seq: last };',
          broken:
            "const position = { epoch: core.epoch, seq: last };\n    if (name === 'refuse') return () => { throw new RejectedError('no'); };",
        },
      ],
    ],
    [
      'lets one who was put out go on',
      'out-is-out',
      [
        {
          file: 'room/turn.ts',
          instead: 'if (membership !== undefined) return membership.member;',
          broken: 'if (membership !== undefined) return membership.member;\n    return { id: as.id, name: as.name };',
        },
        {
          file: 'feed/audience.ts',
          instead: 'if (seat?.isLive !== true || seats?.includes(seat) === false) continue;',
          broken: 'if (seat !== null) continue;',
        },
      ],
    ],
    [
      'forgets to tell who left',
      'convergence',
      [
        {
          file: 'feed/presence.ts',
          instead: 'for (const { id, reason } of left) this.#passages.leave(id, reason);',
          broken: '',
        },
      ],
    ],
  ])('%s is caught by %s', async (_what, wanted, breaks) => {
    const { createRoomsNode } = await engines.build(...breaks);
    expect([...(await caughtBy(wanted, () => ({ createNode: createRoomsNode })))]).toContain(wanted);
  });

  it('has no input gate is caught by commit-first', async () => {
    const { createRoomsNode } = await engines.build({
      file: 'room/room.ts',
      instead: 'this.#turning ??= this.#turns();',
      broken: 'this.#turning = this.#turns();',
    });
    // Commits that take their time: it is while they do that a gate is needed.
    const noise: readonly Noise[] = [{ point: 'before-commit', share: 0.7, action: { type: 'delay', ms: 40 } }];
    expect([...(await caughtBy('commit-first', () => ({ createNode: createRoomsNode, noise })))]).toContain(
      'commit-first',
    );
  });

  it('has no fencing, with another process that takes itself for the owner, is caught by one-log: two owners at a time', async () => {
    const messages: string[] = [];
    for (let seed = 1; seed <= SEEDS && !messages.some((each) => TWO_OWNERS.test(each)); seed += 1) {
      const rivals = { store: new CarelessStore(), rival: true };
      const { violations } = await crowd({ seed, noise: BAD_DAY, isBroken: true, ...rivals });
      for (const { invariant, message } of violations) if (invariant === 'one-log') messages.push(message);
    }
    expect(messages).toContainEqual(expect.stringMatching(TWO_OWNERS));
  });

  it('skips a seq in the log is caught by one-log', async () => {
    const options = () => ({ store: new CarelessStore(40), noise: [] });
    expect([...(await caughtBy('one-log', options))]).toContain('one-log');
  });

  it('skips a seq on its way to the members is caught by same-stream', async () => {
    const options = () => {
      let published = 0;
      const skipping = (feed: Feed): Feed => ({
        publish: (address, message) => {
          published += 1;
          if (published % 4 > 0) feed.publish(address, message);
        },
        subscribe: (address, listener) => feed.subscribe(address, listener),
        head: (address) => feed.head(address),
      });
      return { feed: skipping };
    };
    expect([...(await caughtBy('same-stream', options))]).toContain('same-stream');
  });
});
