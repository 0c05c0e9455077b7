import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Member } from '../room-types.js';
import type { OpenRoom } from '../session/open-room.js';
import type { Message } from '../timeline/timeline.js';

/** What is asked again before it is done: it cannot be undone, or is not one's own to undo. */
export type Question =
  | { readonly is: 'remove'; readonly message: Message }
  | { readonly is: 'mute'; readonly member: Member }
  | { readonly is: 'kick'; readonly member: Member };

const MOST_MINUTES = 43_200;

export const Ask = ({ question, room, close }: { question: Question; room: OpenRoom; close: () => void }) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const [minutes, setMinutes] = useState('10');
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const { title, text, verb } = wordsOf(question);
  const act = (): void => {
    if (question.is === 'remove') room.remove(question.message.id);
    if (question.is === 'kick') room.kick(question.member.id);
    if (question.is === 'mute')
      room.mute(question.member.id, Math.min(MOST_MINUTES, Math.max(1, Number(minutes) || 10)));
    dialog.current?.close();
    // What asked may be about to go, and whoever uses a keyboard would be left nowhere.
    document.querySelector<HTMLElement>('[role=log]')?.focus();
  };
  return (
    <dialog class="ask" ref={dialog} onClose={close} aria-labelledby="ask-title">
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          act();
        }}
      >
        <h2 id="ask-title" dir="auto">
          {title}
        </h2>
        <p>{text}</p>
        {question.is === 'mute' && (
          <label class="field">
            <span>Minutes</span>
            <input
              type="number"
              min={1}
              max={MOST_MINUTES}
              value={minutes}
              onInput={({ currentTarget: { value } }) => setMinutes(value)}
            />
          </label>
        )}
        {question.is === 'remove' && <blockquote dir="auto">{question.message.text}</blockquote>}
        <div class="ask-actions">
          <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button class={question.is === 'mute' ? 'primary' : 'danger'}>{verb}</button>
        </div>
      </form>
    </dialog>
  );
};

const wordsOf = (question: Question): { title: string; text: string; verb: string } => {
  switch (question.is) {
    case 'remove':
      return {
        title: 'Remove this message?',
        text: 'Its text goes for everybody, from the history too. It cannot be brought back.',
        verb: 'Remove',
      };
    case 'mute':
      return {
        title: `Mute ${question.member.name}?`,
        text: 'They can read, and cannot write until the time is over.',
        verb: 'Mute',
      };
    case 'kick':
      return {
        title: `Kick ${question.member.name}?`,
        text: 'They have to leave the room, and can come back after ten minutes.',
        verb: 'Kick',
      };
  }
};
