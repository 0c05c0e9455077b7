/** A message whose text the room still shows. */
export interface Message {
  /** The stamp id of the input that said it: by this its event can be redacted. */
  readonly id: string;
  readonly from: { readonly id: string; readonly name: string };
  readonly text: string;
  readonly at: number;
  readonly editedAt?: number;
  /** Stamp ids of the inputs that edited it: their events carry its text too. */
  readonly edits: readonly string[];
}

/** What is kept of a message that has gone from the view: enough to edit and to redact it. */
export interface PastMessage {
  readonly id: string;
  readonly author: string;
  readonly edits: readonly string[];
}

export interface Messages {
  /** Ascending, at most {@link SHOWN}. */
  readonly shown: readonly Message[];
  /** Ascending, at most {@link PAST}. */
  readonly past: readonly PastMessage[];
}

/** 50 of 2000 characters fit any send queue, whatever the characters. */
export const SHOWN = 50;
/** Together with the shown ones as many as a room's history has events, so that none in it is beyond a moderator. */
export const PAST = 950;
/** More edits of one message are refused: every text it ever had must stay within reach of its removal. */
export const MAX_EDITS = 20;

export const NO_MESSAGES: Messages = { shown: [], past: [] };

const toPast = ({ id, from, edits }: Message): PastMessage => ({ id, author: from.id, edits });

export const add = ({ shown, past }: Messages, message: Message): Messages => {
  const [oldest] = shown;
  if (oldest === undefined || shown.length < SHOWN) return { shown: [...shown, message], past };
  return { shown: [...shown.slice(1), message], past: [...past.slice(1 - PAST), toPast(oldest)] };
};

/** Whose it is and which inputs carried its text; `undefined` when it is removed, unknown or too old. */
export const find = ({ shown, past }: Messages, id: string): PastMessage | undefined => {
  const message = shown.find((each) => each.id === id);
  return message ? toPast(message) : past.find((each) => each.id === id);
};

export const edit = (
  { shown, past }: Messages,
  { id, text, at, input }: { id: string; text: string; at: number; input: string },
): Messages => ({
  shown: shown.map((each) => (each.id === id ? { ...each, text, editedAt: at, edits: [...each.edits, input] } : each)),
  past: past.map((each) => (each.id === id ? { ...each, edits: [...each.edits, input] } : each)),
});

export const remove = ({ shown, past }: Messages, id: string): Messages => ({
  shown: shown.filter((each) => each.id !== id),
  past: past.filter((each) => each.id !== id),
});
