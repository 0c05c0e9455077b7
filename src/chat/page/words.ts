/** Times and refusals in words. The pages are in English: so are their dates. */
const LANGUAGE = 'en-GB';
const clock = new Intl.DateTimeFormat(LANGUAGE, { hour: '2-digit', minute: '2-digit' });
const full = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: 'full', timeStyle: 'short' });
const day = new Intl.DateTimeFormat(LANGUAGE, { weekday: 'long', day: 'numeric', month: 'long' });
const dayAndYear = new Intl.DateTimeFormat(LANGUAGE, { day: 'numeric', month: 'long', year: 'numeric' });
const shortDay = new Intl.DateTimeFormat(LANGUAGE, { day: 'numeric', month: 'short' });

const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

export const timeOf = (at: number): string => clock.format(at);
export const dateOf = (at: number): string => full.format(at);

/** `Today`, `Yesterday`, `Monday 3 March`, `3 March 2024`. */
export const dayOf = (at: number, now: number): string => {
  // Days are not all 24 hours long.
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  return (new Date(at).getFullYear() === new Date(now).getFullYear() ? day : dayAndYear).format(at);
};

/** `12:31`, or `12:31 on 3 Mar` when that is another day. */
export const untilOf = (until: number, now: number): string =>
  midnight(until) === midnight(now) ? timeOf(until) : `${timeOf(until)} on ${shortDay.format(until)}`;

/** As much of a RoomError as matters for words. */
export interface Refusal {
  readonly code: string;
  readonly reason?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

export interface Facts {
  readonly now: number;
  /** Until when one is muted, or out of the room, as far as it was told. */
  readonly until?: number | undefined;
}

const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'no such message': 'This message is not there any more.',
    'not your message': 'Only its author or a moderator can do that.',
    'edited too often': 'This message has been edited as often as it can be.',
    'not a moderator': 'Only a moderator can do that.',
  }),
);

const CODES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    RATE_LIMITED: 'That was a lot at once. Wait a moment, then try again.',
    BUSY: 'The room has its hands full. Wait a moment, then try again.',
    TOO_LARGE: 'That is too long for one message.',
    INVALID: 'The room does not take this: it may be too long, or empty.',
    ROOM_FULL: 'The room is full.',
    ROOM_CLOSED: 'The room is closed.',
    NOT_A_MEMBER: 'You are not in this room any more.',
    UNAUTHENTICATED: 'You have to sign in again.',
    FORBIDDEN: 'You are not allowed to do that.',
    UNAVAILABLE: 'The server could not be reached.',
    UNKNOWN_OUTCOME: 'The connection was lost on the way: it may have been sent, or not.',
  }),
);

/** Why something did not work, for the person who tried. */
export const refusalOf = ({ code, reason }: Refusal, { until, now }: Facts): string => {
  const isKnown = until !== undefined && until > now;
  if (reason === 'muted') return isKnown ? `You are muted until ${untilOf(until, now)}.` : 'You are muted.';
  if (reason === 'kicked')
    return `A moderator has removed you from this room.${isKnown ? ` You can come back at ${untilOf(until, now)}.` : ' You can come back in ten minutes.'}`;
  return REASONS.get(reason ?? '') ?? CODES.get(code) ?? 'Something went wrong on the server.';
};

/** `Ann is typing…`, `Ann and Bob are typing…`, `Several people are typing…`. */
export const typingOf = (names: readonly string[]): string => {
  const [first, second] = names;
  if (first === undefined) return '';
  if (second === undefined) return `${first} is typing…`;
  return names.length === 2 ? `${first} and ${second} are typing…` : 'Several people are typing…';
};
