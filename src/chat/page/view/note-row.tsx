import { memo } from '../../../pages/memo.js';
import type { Sanction, Skip } from '../timeline/timeline.js';
import { untilOf } from '../words.js';

interface NoteRowProps {
  readonly note: Sanction | Skip;
  readonly names: ReadonlyMap<string, string>;
}

/** What happened in the room besides messages. */
export const NoteRow = memo(({ note, names }: NoteRowProps) => (
  <p class={note.is === 'skip' ? 'day' : 'note'} data-key={note.key} dir="auto">
    <span>{wordsOf(note, (id) => names.get(id) ?? 'Somebody')}</span>
  </p>
));

const wordsOf = (note: Sanction | Skip, nameOf: (id: string) => string): string => {
  switch (note.is) {
    case 'skip':
      return 'Some messages were skipped. Here is the room as it is now.';
    case 'muted':
      return note.until > note.at
        ? `${nameOf(note.by)} muted ${nameOf(note.user)} until ${untilOf(note.until, note.at)}.`
        : `${nameOf(note.by)} let ${nameOf(note.user)} speak again.`;
    case 'kicked':
      return `${nameOf(note.by)} asked ${nameOf(note.user)} to leave.`;
  }
};
