import { ForbiddenError } from '../errors.js';
import { isInLineage, readMissed } from '../log/history.js';
import type { Lineage, RoomStore } from '../log/store.js';
import { baseline } from './baseline.js';
import type { RoomCore } from './core.js';
import type { Joined } from './request.js';
import type { CommittedJoin } from './turn.js';

/**
 * What a committed join is answered: everything missed since a position, all or nothing, or what the viewer may see now.
 * A kind without a view has nothing to include what the join itself caused, so its newcomers stand right before it.
 */
export const joinReply = (
  core: RoomCore,
  store: RoomStore,
  lineage: readonly Lineage[],
  { request, sessionId, secret, member, before, resumed, created }: CommittedJoin,
): Promise<Joined> => {
  const membership = core.members.get(member.id);
  if (membership === undefined) throw new ForbiddenError('kicked');
  const { historyFor } = core.kind.options;
  const now = core.position;
  const { since } = request;
  // Taken now: after the first await the room may have gone on.
  const { view, members } = baseline(core, member);
  const common = { room: core.address, me: member, session: secret, members, count: core.members.count };
  const position = core.kind.view === undefined ? { epoch: now.epoch, seq: before } : now;
  const fresh = { ...common, position, recovered: false as const, view };
  const session = { sessionId, member, since: membership.since, listedAt: now.seq, created };
  const mayRecover = since !== undefined && (resumed || historyFor === 'all') && isInLineage(since, lineage, now.seq);
  if (!mayRecover) return Promise.resolve({ ...session, reply: fresh });
  const viewer = { member: member.id, since: membership.since };
  return readMissed(store, core.address, { since: since.seq, to: now.seq, viewer, historyFor }).then((events) => ({
    ...session,
    reply: events === undefined ? fresh : { ...common, position: now, recovered: true as const, events },
  }));
};
