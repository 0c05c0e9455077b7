const LONGEST = 64;

/** What is wrong with a room's name, in words; `undefined` when nothing is. */
export const mistakeIn = (id: string): string | undefined => {
  if (id === '') return 'Type the name of a room.';
  if (id.length > LONGEST) return `A room’s name has at most ${LONGEST} characters.`;
  if (!/^[A-Za-z0-9]/.test(id)) return 'A room’s name begins with a letter (A to Z) or a digit.';
  const [wrong] = /[^A-Za-z0-9_.~-]/u.exec(id) ?? [];
  if (wrong === undefined) return undefined;
  return /\s/u.test(wrong)
    ? 'A room’s name has no spaces. Try a hyphen instead.'
    : `A room’s name is made of letters (A to Z), digits, and _ . ~ - : not “${wrong}”.`;
};
