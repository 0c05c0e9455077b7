import {
  GapError,
  MovedError,
  NoSuchRoomError,
  NotAMemberError,
  RejectedError,
  RoomError,
  UnknownOutcomeError,
  type Courier,
  type Envelope,
} from '@greenroom/rooms';
import { holds, same, type Check } from './check.js';

/** A courier, and another end of it: on one node the same object, else another node's. */
export interface CourierHarness {
  readonly courier: Courier;
  readonly other: Courier;
  /** Wall time that deadlines are held against, milliseconds since 1970. */
  readonly now: () => number;
  readonly settle: () => Promise<void>;
  /** Ends what the harness has begun. */
  readonly close?: () => Promise<void>;
}

const view = (address: string, deadline: number): Envelope<{ type: 'view'; viewer: string | undefined }> => ({
  address,
  request: { type: 'view', viewer: 'ann' },
  deadline,
  from: 'n1',
  round: 7,
  index: 3,
});

export const courierChecks: readonly Check<CourierHarness>[] = [
  {
    title: 'an envelope arrives whole at the node it is for, and the reply comes back',
    async run({ courier, other, now }) {
      const arrived: Envelope[] = [];
      await other.serve('n2', async (envelope) => {
        arrived.push(envelope);
        return { seen: envelope.address, bytes: new Uint8Array([3]) };
      });
      const envelope = view('lab/a', now() + 5000);
      same(await courier.send('n2', envelope), { seen: 'lab/a', bytes: new Uint8Array([3]) }, 'the reply');
      same(arrived, [envelope], 'what arrived');
    },
  },
  {
    title: 'envelopes from one node to another arrive in the order they were sent',
    async run({ courier, other, now }) {
      const arrived: string[] = [];
      await other.serve('n2', async ({ address }) => {
        arrived.push(address);
        return undefined;
      });
      const addresses = Array.from({ length: 100 }, (_, n) => `lab/${n}`);
      await Promise.all(addresses.map((address) => courier.send('n2', view(address, now() + 5000))));
      same(arrived, addresses, 'the order');
    },
  },
  {
    title: "a room's refusal comes back with its code, reason and retryability",
    async run({ courier, other, now }) {
      await other.serve('n2', async () => {
        throw new RejectedError('not now');
      });
      const refusal = await courier.send('n2', view('lab/a', now() + 5000)).catch((error: unknown) => error);
      holds(refusal instanceof RoomError, `${String(refusal)} is not a RoomError`);
      const { code, reason, retryable } = refusal as RoomError;
      same({ code, reason, retryable }, { code: 'REJECTED', reason: 'not now', retryable: false }, 'the refusal');
    },
  },
  {
    title:
      'what is known of a refusal by its class survives: an outcome that is unknown, no such room, no member of it, one that has moved, a gap, a room made in vain',
    async run({ courier, other, now }) {
      const made = Object.assign(new RejectedError('no'), { hasMadeRoom: true });
      const moved = [new MovedError(), new GapError(3)];
      const refusals = [new UnknownOutcomeError(), new NoSuchRoomError(), made, ...moved, new NotAMemberError()];
      for (const [i, thrown] of refusals.entries()) {
        await other.serve(`n${i}`, () => Promise.reject(thrown));
        const refusal: unknown = await courier
          .send(`n${i}`, view('lab/a', now() + 5000))
          .catch((error: unknown) => error);
        holds(refusal instanceof RoomError, `${String(refusal)} is not a RoomError`);
        const classes = [UnknownOutcomeError, NoSuchRoomError, MovedError, NotAMemberError];
        const is = classes.map((known) => refusal instanceof known);
        const { hasMadeRoom } = refusal as RoomError;
        const gapAt = refusal instanceof GapError ? refusal.index : undefined;
        same(
          [...is, hasMadeRoom, gapAt],
          [i === 0, i === 1, i === 3 || i === 4, i === 5, i === 2, i === 4 ? 3 : undefined],
          `what is known of ${thrown.constructor.name}`,
        );
      }
    },
  },
  {
    title: 'a node that is not there, or serves no more, is UNAVAILABLE',
    async run({ courier, other, now, settle }) {
      const stop = await other.serve('n2', async () => undefined);
      stop();
      await settle();
      for (const node of ['n2', 'nobody']) {
        const refusal = await courier.send(node, view('lab/a', now() + 5000)).catch((error: unknown) => error);
        same(refusal instanceof RoomError ? refusal.code : refusal, 'UNAVAILABLE', `what ${node} answers`);
      }
    },
  },
];
