import { useLayoutEffect, useRef } from 'preact/hooks';
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
  const closer = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    if (isOpen) closer.current?.focus();
  }, [isOpen]);
  const marksOf = (member: Member): string => marks(member, me.id, room.mutedUntil(member.id));
  const sorted = members.toSorted((a, b) => rank(a, me.id) - rank(b, me.id) || a.name.localeCompare(b.name));
  return (
    <>
      {isOpen && <div class="scrim" onClick={close} aria-hidden="true" />}
      <aside
        class="people"
        id="people"
        data-open={isOpen}
        aria-labelledby="people-title"
        onKeyDown={(event) => {
          if (event.key === 'Escape') close();
        }}
      >
        <div class="people-head">
          <h2 class="label" id="people-title">
            Who is here {count > 0 && <span class="count">{count}</span>}
          </h2>
          <button class="quiet people-close" ref={closer} onClick={close}>
            Close
          </button>
        </div>
        <ul aria-label="Who is here">
          {sorted.map((member) => (
            <li key={member.id} class="person" data-plain={marksOf(member) === ''}>
              <Avatar id={member.id} name={member.name} />
              <span class="person-name" dir="auto" title={member.name}>
                {member.name}
              </span>
              {marksOf(member) !== '' && <span class="marks">{marksOf(member)}</span>}
              {me.isModerator && member.id !== me.id && <Moderation room={room} member={member} ask={ask} />}
            </li>
          ))}
        </ul>
        {count > members.length && <p class="hint">and {count - members.length} more</p>}
      </aside>
    </>
  );
};

const marks = ({ id, role }: Member, me: string, mutedUntil: number | undefined): string =>
  [
    id === me && 'you',
    role === 'moderator' && 'moderator',
    mutedUntil !== undefined && `muted until ${untilOf(mutedUntil, Date.now())}`,
  ]
    .filter((mark) => mark !== false)
    .join(' · ');

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
