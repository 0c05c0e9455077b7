import type { CommandMaker, Workload } from '@greenroom/testing/faults';

const idOf = ({ data }: { readonly data: unknown }): string => (data as { readonly id: string }).id;

const say: CommandMaker = { weight: 60, make: ({ token }) => ({ name: 'say', data: { text: token }, token }) };

/** What clients do in the demo's rooms. */
export const demoWorkload: Workload = {
  chat: [
    say,
    {
      weight: 10,
      make: ({ dice, own, token }) => {
        const mine = own.filter(({ name }) => name === 'message');
        if (mine.length === 0) return undefined;
        return { name: 'edit', data: { id: idOf(dice.pick(mine)), text: token }, token };
      },
    },
    {
      weight: 3,
      make: ({ dice, own }) => {
        const mine = own.filter(({ name }) => name === 'message');
        return mine.length === 0 ? undefined : { name: 'remove', data: { id: idOf(dice.pick(mine)) } };
      },
    },
    {
      // From a moderator it is obeyed; from anybody else it is one more command that is refused.
      weight: 1,
      make: ({ dice, members }) =>
        members.length === 0 ? undefined : { name: 'kick', data: { user: dice.pick(members) } },
    },
  ],
  echo: [
    say,
    {
      weight: 30,
      make: ({ dice, members, token }) => {
        if (members.length === 0) return undefined;
        const to = dice.pick(members);
        return { name: 'whisper', data: { to, text: token }, token, to };
      },
    },
    { weight: 10, make: ({ dice }) => ({ name: 'add', data: { a: dice.int(0, 99), b: dice.int(0, 99) } }) },
    { weight: 2, make: () => ({ name: 'boom', data: {} }) },
  ],
  alarm: [{ weight: 1, make: ({ dice }) => ({ name: 'set', data: { ms: dice.int(50, 3000) } }) }],
};
