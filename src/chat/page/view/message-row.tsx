import { useLayoutEffect, useRef } from 'preact/hooks';
import { memo } from '../../../pages/memo.js';
import type { OpenRoom } from '../session/open-room.js';
import type { Message, Unsent } from '../timeline/timeline.js';
import { dateOf, timeOf } from '../words.js';
import type { Question } from './ask.js';
import { Avatar } from './avatar.js';

interface MessageRowProps {
  readonly message: Message | Unsent;
  /** The first of several by the same person. */
  readonly starts: boolean;
  readonly isMine: boolean;
  readonly isModerator: boolean;
  readonly isEditing: boolean;
  /** It cannot be on its way before the room is reached again. */
  readonly isWaiting: boolean;
  readonly room: OpenRoom;
  readonly ask: (question: Question) => void;
  readonly setEditing: (id: string | undefined) => void;
}

export const MessageRow = memo((props: MessageRowProps) => {
  const { message, starts, isMine, isEditing, isWaiting } = props;
  const { from, at, state } = message;
  return (
    <article
      class="message"
      data-key={message.key}
      data-message={message.id}
      data-state={state}
      data-starts={starts}
      data-mine={isMine}
      data-waiting={isWaiting}
      aria-label={`${from.name}, ${timeOf(at)}`}
      // A tap selects it, which shows what can be done with it.
      tabIndex={-1}
    >
      <div class="gutter">{starts ? <Avatar id={from.id} name={from.name} /> : <Time at={at} />}</div>
      <div class="message-body">
        {starts && (
          <p class="byline">
            <span class="author" dir="auto">
              {from.name}
            </span>
            <Time at={at} />
          </p>
        )}
        {isEditing ? <Editor {...props} /> : <Text message={message} />}
        <Outcome {...props} />
      </div>
      {!isEditing && <Actions {...props} />}
    </article>
  );
});

const Time = ({ at }: { at: number }) => (
  <time class="time" dateTime={new Date(at).toISOString()} title={dateOf(at)}>
    {timeOf(at)}
  </time>
);

const Text = ({ message: { state, text, editedAt } }: { message: Message }) =>
  state === 'removed' ? (
    <p class="text gone">This message was removed.</p>
  ) : (
    <p class="text" dir="auto">
      {text}
      {editedAt !== undefined && (
        <span class="edited" title={`Edited on ${dateOf(editedAt)}`}>
          {' '}
          (edited)
        </span>
      )}
    </p>
  );

/** What came of one's own message, unless it is simply in the room. */
const Outcome = ({ message, room, isWaiting }: MessageRowProps) => {
  if (message.state === 'pending')
    return <p class="outcome on-its-way">{isWaiting ? 'Waiting to be sent' : 'Sending…'}</p>;
  if (message.state !== 'failed') return null;
  return (
    <p class="outcome failure">
      <span>{('why' in message && message.why) || 'This was not sent.'}</span>
      <button class="link" onClick={() => room.retry(message.key)}>
        Try again
      </button>
      <button class="link" onClick={() => room.discard(message.key)}>
        Discard
      </button>
    </p>
  );
};

const Actions = ({ message, isMine, isModerator, ask, setEditing }: MessageRowProps) => {
  if (message.state !== 'sent' || !(isMine || isModerator)) return null;
  return (
    <div class="actions">
      {isMine && (
        <button class="quiet" onClick={() => setEditing(message.id)}>
          Edit
        </button>
      )}
      <button class="quiet" onClick={() => ask({ is: 'remove', message })}>
        Remove
      </button>
    </div>
  );
};

const Editor = ({ message, room, setEditing }: MessageRowProps) => {
  const field = useRef<HTMLTextAreaElement>(null);
  // At once: what is typed next is meant for it.
  useLayoutEffect(() => {
    const { current } = field;
    current?.focus();
    current?.setSelectionRange(current.value.length, current.value.length);
  }, []);
  const end = (): void => {
    setEditing(undefined);
    document.querySelector<HTMLElement>('.composer textarea')?.focus();
  };
  const save = (): void => {
    const text = field.current?.value.trim() ?? '';
    if (text !== '' && text !== message.text) room.edit(message.id, text);
    end();
  };
  return (
    <form
      class="editor"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label="New text"
        maxLength={2000}
        defaultValue={message.text}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === 'Escape') end();
          if (event.key !== 'Enter' || event.shiftKey) return;
          event.preventDefault();
          save();
        }}
      />
      <button class="primary">Save</button>
      <button type="button" class="quiet" onClick={end}>
        Cancel
      </button>
    </form>
  );
};
