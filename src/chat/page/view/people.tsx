import type { Member } from '../room-types.js';
import type { Identity } from '../session/identity.js';
import type { OpenRoom, RoomState } from '../session/open-room.js';
import { untilOf } from '../words.js';
import type { Question } from './ask.js';
import { Avatar } from './avatar.js';

interface PeopleProps {
  readonly room: OpenRoom;
  readonly state: RoomState;
  readonly me: Identity;
  readonly ask: (question: Question) => void;
  /** On a narrow screen: elsewhere they are always in view. */
  readonly isOpen: boolean;
  readonly close: () => void;
}

const rank = ({ id, role }: Member, me: string): number => (id === me ? 0 : role === 'moderator' ? 1 : 2);

/** Who is here: oneself first, then moderators, then the others by name. */
export const People = ({ room, state: { members, count }, me, ask, isOpen, close }: PeopleProps) => {
  const sorted = members.toSorted((a, b) => rank(a, me.id) - rank(b, me.id) || a.name.localeCompare(b.name));
  return (
    <aside class="people" id="people" data-open={isOpen} aria-labelledby="people-title">
      <div class="people-head">
        <h2 class="label" id="people-title">
          Who is here <span class="count">{count}</span>
        </h2>
        <button class="quiet people-close" onClick={close}>
          Close
        </button>
      </div>
      <ul aria-label="Who is here">
        {sorted.map((member) => (
          <li key={member.id} class="person">
            <Avatar id={member.id} name={member.name} />
            <span class="person-name" dir="auto" title={member.name}>
              {member.name}
            </span>
            <Marks member={member} isMe={member.id === me.id} mutedUntil={room.mutedUntil(member.id)} />
            {me.isModerator && member.id !== me.id && <Moderation room={room} member={member} ask={ask} />}
          </li>
        ))}
      </ul>
      {count > members.length && <p class="hint">and {count - members.length} more</p>}
    </aside>
  );
};

const Marks = ({ member, isMe, mutedUntil }: { member: Member; isMe: boolean; mutedUntil: number | undefined }) => {
  const marks = [
    isMe && 'you',
    member.role === 'moderator' && 'moderator',
    mutedUntil !== undefined && `muted until ${untilOf(mutedUntil, Date.now())}`,
  ].filter((mark) => mark !== false);
  return marks.length === 0 ? null : <span class="marks">{marks.join(' · ')}</span>;
};

const Moderation = ({ room, member, ask }: { room: OpenRoom; member: Member; ask: (question: Question) => void }) => {
  const { id, name } = member;
  return (
    <span class="moderation">
      {room.mutedUntil(id) === undefined ? (
        <button class="quiet" aria-label={`Mute ${name}`} onClick={() => ask({ is: 'mute', member })}>
          Mute
        </button>
      ) : (
        <button class="quiet" aria-label={`Unmute ${name}`} onClick={() => room.mute(id, 0)}>
          Unmute
        </button>
      )}
      <button class="quiet" aria-label={`Kick ${name}`} onClick={() => ask({ is: 'kick', member })}>
        Kick
      </button>
    </span>
  );
};
