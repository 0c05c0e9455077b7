/** What is said in a green room. */
export const LINES = [
  'Five minutes, please.',
  'Has anybody seen the prompter?',
  'The lights are set for the second act.',
  'My hat is not where I left it.',
  'Quiet in the wings!',
  'House is nearly full tonight.',
  'Who moved the mark on stage left?',
  'Tea is in the urn.',
  'Beginners to the stage, please.',
  'The curtain sticks again.',
  'Break a leg, everybody.',
  'Was that the second bell?',
] as const;
