import type { Model } from '@greenroom/testing/faults';

interface Shown {
  readonly seq: number;
  readonly text: string | undefined;
}
interface Message {
  readonly id: string;
  readonly text: string;
}

/** How many the demo's chat shows. */
const SHOWN = 50;
/** An input's stamp id ends with its position. */
const seqOf = (id: string): number => Number.parseInt(id.slice(id.indexOf('-') + 1), 36);

/** The messages that a member of a chat sees. One that was blanked before it was seen has no text, and is removed later. */
export const chatModel: Model<readonly Shown[]> = {
  from: (view) =>
    ((view as { readonly messages: readonly Message[] } | undefined)?.messages ?? []).map(({ id, text }) => ({
      seq: seqOf(id),
      text,
    })),
  apply: (shown, { seq, name, data }) => {
    const { id, text } = (data ?? {}) as Partial<Message>;
    const of = id === undefined ? seq : seqOf(id);
    if (name === 'message') return [...shown, { seq, text }].slice(-SHOWN);
    if (name === 'edited') return shown.map((each) => (each.seq === of && data !== null ? { ...each, text } : each));
    return name === 'removed' ? shown.filter((each) => each.seq !== of) : shown;
  },
  show: (shown) => shown,
};
