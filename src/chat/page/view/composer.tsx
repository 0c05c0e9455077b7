import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { OpenRoom } from '../session/open-room.js';
import { draftOf } from '../session/rooms-memory.js';
import { TypingTeller } from '../session/typing.js';

/** What one message takes. Source: the contract. */
const LONGEST = 2000;
/** From here on it is said how much is left. */
const TELL_FROM = 1800;

export const Composer = ({ room, editLast }: { room: OpenRoom; editLast: () => void }) => {
  const draft = useMemo(() => draftOf(room.id), [room]);
  const teller = useMemo(() => new TypingTeller((on) => room.typing(on)), [room]);
  const [text, setText] = useState(() => draft.read() ?? '');
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    // A keyboard that comes up by itself would cover half a phone.
    if (matchMedia('(hover: hover)').matches) field.current?.focus();
    return () => teller.stop();
  }, [teller]);

  const change = (value: string): void => {
    setText(value);
    if (value === '') draft.forget();
    else draft.write(value);
    if (value.trim() === '') teller.stop();
    else teller.typed();
  };
  const isTooLong = text.trim().length > LONGEST;
  const send = (): void => {
    const trimmed = text.trim();
    field.current?.focus();
    if (trimmed === '' || isTooLong) return;
    room.say(trimmed);
    change('');
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <label class="unseen" for="message">
        Message
      </label>
      <div class="grows" data-text={`${text} `}>
        <textarea
          id="message"
          ref={field}
          rows={1}
          dir="auto"
          value={text}
          placeholder={`Write to ${room.id}`}
          aria-invalid={isTooLong}
          aria-describedby="message-length"
          enterkeyhint="send"
          onInput={({ currentTarget: { value } }) => change(value)}
          onBlur={() => teller.stop()}
          onKeyDown={(event) => {
            if (event.isComposing) return;
            if (event.key === 'ArrowUp' && text === '') {
              event.preventDefault();
              editLast();
            }
            if (event.key !== 'Enter' || event.shiftKey) return;
            event.preventDefault();
            send();
          }}
        />
      </div>
      <button class="primary">Send</button>
      <p id="message-length" class={isTooLong ? 'length problem' : 'length'}>
        {text.length > TELL_FROM && lengthOf(text.trim().length)}
      </p>
    </form>
  );
};

const lengthOf = (length: number): string =>
  length > LONGEST ? `${length - LONGEST} characters too many` : `${LONGEST - length} characters left`;
