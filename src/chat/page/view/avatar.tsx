/** How many tints there are in the style. */
const TINTS = 6;

const tintOf = (id: string): number =>
  Array.from(id).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7) % TINTS;

/** The first letter of a name, in that person's tint. */
export const Avatar = ({ id, name }: { id: string; name: string }) => (
  <span class="avatar" data-tint={tintOf(id)} aria-hidden="true">
    {[...new Intl.Segmenter().segment(name)][0]?.segment.toUpperCase() ?? '?'}
  </span>
);
