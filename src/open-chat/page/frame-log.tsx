import { useLayoutEffect, useRef } from 'preact/hooks';
import { hexOf, type Frame } from './frame.js';

export interface Line {
  readonly key: number;
  readonly at: number;
  readonly frame: Frame;
}

/** So near the end counts as there. */
const END_PX = 48;

/** What came in, as it came in. */
export const FrameLog = ({ lines, me }: { lines: readonly Line[]; me: string }) => {
  const log = useRef<HTMLDivElement>(null);
  const stick = useRef(true);
  useLayoutEffect(() => {
    if (log.current !== null && stick.current) log.current.scrollTop = log.current.scrollHeight;
  }, [lines]);
  return (
    <div
      class="frames"
      role="log"
      aria-label="Messages"
      aria-live="polite"
      tabIndex={0}
      ref={log}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        stick.current = scrollHeight - scrollTop - clientHeight < END_PX;
      }}
    >
      {lines.map(({ key, at, frame }) => (
        <FrameLine key={key} at={at} frame={frame} me={me} />
      ))}
    </div>
  );
};

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

const FrameLine = ({ at, frame, me }: { at: number; frame: Frame; me: string }) => {
  const time = (
    <time class="time" dateTime={new Date(at).toISOString()}>
      {clock.format(at)}
    </time>
  );
  if (frame.type === 'message')
    return (
      <p class="frame" data-type="message" data-mine={frame.user === me}>
        {time}
        <span>
          <b dir="auto">{frame.user}</b> <span dir="auto">{frame.text}</span>
        </span>
      </p>
    );
  return (
    <p class="frame" data-type={frame.type}>
      {time}
      <span dir="auto">{wordsOf(frame)}</span>
    </p>
  );
};

const wordsOf = (frame: Exclude<Frame, { type: 'message' }>) => {
  switch (frame.type) {
    case 'welcome':
      return frame.message;
    case 'join':
      return `${frame.user} joined`;
    case 'leave':
      return `${frame.user} left`;
    case 'closed':
      return 'Disconnected';
    case 'bytes':
      return (
        <>
          {frame.bytes.length === 1 ? '1 byte' : `${frame.bytes.length} bytes`} <code>{hexOf(frame.bytes)}</code>
        </>
      );
    default:
      // Whatever a newer server says.
      return '';
  }
};
