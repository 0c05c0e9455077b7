/** What the compiler promises of a client, which has a contract's type and nothing else of it. Checked by `tsc`, never run. */
import { expectTypeOf } from 'expect-type';
import type { Position } from '@greenroom/protocol';
import { createClient, RoomError, type Client, type ClientRoom, type RoomEvent } from '../index.js';
import type { Chat, Vault } from './contracts.fixture.js';

type Chat = typeof Chat;
type Vault = typeof Vault;

declare const client: Client<Chat | Vault>;
declare const room: ClientRoom<Chat>;
declare const vault: ClientRoom<Vault>;

// A client of several kinds: a kind has its own room.
expectTypeOf(createClient<Chat | Vault>('/', { token: async () => 'token' })).toEqualTypeOf<Client<Chat | Vault>>();
expectTypeOf(client.join('chat', 'cats')).resolves.toEqualTypeOf<ClientRoom<Chat>>();
expectTypeOf(client.join('chat', 'cats', { params: {} })).resolves.toEqualTypeOf<ClientRoom<Chat>>();
expectTypeOf(client.join('vault', 'v', { data: { password: '1' } })).resolves.toEqualTypeOf<ClientRoom<Vault>>();
// @ts-expect-error -- a kind that the client does not have
void client.join('caht', 'cats');
// @ts-expect-error -- an id is a string
void client.join('chat', 7);
// @ts-expect-error -- the contract asks for join data
void client.join('vault', 'v');
// @ts-expect-error -- and so do options without any
void client.join('vault', 'v', {});
// @ts-expect-error -- not that
void client.join('vault', 'v', { data: { pasword: '1' } });
// @ts-expect-error -- a chat asks for none
void client.join('chat', 'cats', { data: { password: '1' } });
// @ts-expect-error -- params the contract does not have
void client.join('chat', 'cats', { params: { topic: 7 } });
// @ts-expect-error -- nor has a vault any
void client.join('vault', 'v', { data: { password: '1' }, params: { topic: 'x' } });
// @ts-expect-error -- a client says who it is
createClient<Chat>('/', {});
// @ts-expect-error -- by a string
createClient<Chat>('/', { token: () => 7 });

// Commands
expectTypeOf(room.send('say', { text: 'hi' }))
  .resolves.toHaveProperty('data')
  .toEqualTypeOf<undefined>();
expectTypeOf(room.send('add', { a: 1, b: 2 }))
  .resolves.toHaveProperty('data')
  .toEqualTypeOf<{ sum: number }>();
expectTypeOf((await room.send('say', { text: 'hi' })).position).toEqualTypeOf<Position>();
void room.send('say', { text: 'hi' }, { id: 'page-1' });
// @ts-expect-error -- a command the contract does not have
void room.send('sya', { text: 'hi' });
// @ts-expect-error -- an event is no command
void room.send('message', { text: 'hi' });
// @ts-expect-error -- a payload the command does not have
void room.send('say', { txt: 'hi' });
// @ts-expect-error -- a field of another type
void room.send('say', { text: 7 });
// @ts-expect-error -- a field that is missing
void room.send('add', { a: 1 });
// @ts-expect-error -- no payload at all
void room.send('say');
// @ts-expect-error -- a reply of another type
(await room.send('add', { a: 1, b: 2 })).data satisfies { sum: string };
// @ts-expect-error -- a reply that there is none of
void (await room.send('say', { text: 'hi' })).data.sum;

// Events
room.on('message', (message, { seq, at, by }) => {
  expectTypeOf(message).toEqualTypeOf<{ text: string; at: number }>();
  expectTypeOf([seq, at]).toEqualTypeOf<number[]>();
  expectTypeOf(by?.role).toEqualTypeOf<'member' | 'moderator' | undefined>();
});
room.once('hand', ({ cards }) => expectTypeOf(cards).toEqualTypeOf<number[]>());
// @ts-expect-error -- an event the contract does not have
room.on('massage', () => {});
// @ts-expect-error -- a command is no event
room.on('say', () => {});
// @ts-expect-error -- a field the event does not have
room.on('message', ({ txt }) => txt);
// @ts-expect-error -- nor this one
room.on('hand', ({ text }) => text);
// @ts-expect-error -- a listener of something else
room.on('message', (message: { text: number }) => message);
// @ts-expect-error -- another kind's event
vault.on('message', () => {});

// News
room.on('room.reset', ({ view, position }) => {
  expectTypeOf(view).toEqualTypeOf<{ last: string[] }>();
  expectTypeOf(position).toEqualTypeOf<Position>();
});
room.on('room.status', (status) => {
  if (status.state === 'ended') expectTypeOf(status.error).toEqualTypeOf<RoomError | undefined>();
  // @ts-expect-error -- only one that has ended says why
  else void status.error;
});
room.on('room.members', ({ joined }) => expectTypeOf(joined[0]?.id).toEqualTypeOf<string | undefined>());
// @ts-expect-error -- news that is none
room.on('room.state', () => {});

// Signals
room.signal('typing', { on: true });
room.onSignal('typing', ({ on }, by) => expectTypeOf([on, by.id]).toEqualTypeOf<(boolean | string)[]>());
// @ts-expect-error -- a signal the contract does not have
room.signal('typed', { on: true });
// @ts-expect-error -- a signal's payload
room.signal('typing', { on: 'yes' });
// @ts-expect-error -- a kind without any
vault.signal('typing', { on: true });
// @ts-expect-error -- an event is no signal
room.onSignal('message', () => {});

// What is known of a room
expectTypeOf(room.kind).toEqualTypeOf<'chat'>();
expectTypeOf(room.me).toEqualTypeOf<{ readonly id: string } & { name: string; role: 'member' | 'moderator' }>();
expectTypeOf(room.view.last).toEqualTypeOf<string[]>();
expectTypeOf(vault.me.name).toEqualTypeOf<string>();
expectTypeOf(vault.view).toEqualTypeOf<unknown>();
// @ts-expect-error -- a view the contract does not have
void room.view.first;
// @ts-expect-error -- a member has no such field
void room.members[0]?.rank;
// @ts-expect-error -- a room is looked at, not changed
room.view = { last: [] };

// Loops and history: an event is known by its name.
for await (const event of room) {
  expectTypeOf(event.name).toEqualTypeOf<'message' | 'hand' | 'room.reset'>();
  if (event.name === 'message') expectTypeOf(event.data.text).toEqualTypeOf<string>();
  else if (event.name === 'hand') expectTypeOf(event.data.cards).toEqualTypeOf<number[]>();
  else expectTypeOf(event.data.view.last).toEqualTypeOf<string[]>();
  // @ts-expect-error -- not before it is known
  void event.data.text;
  // @ts-expect-error -- a reset has no place in the order
  void event.seq;
}
const [old] = (await room.history({ before: 7, limit: 10 })).events;
if (old?.name === 'message') {
  // @ts-expect-error -- it may have been blanked
  void old.data.text;
  expectTypeOf(old.data?.text).toEqualTypeOf<string | undefined>();
}
expectTypeOf<Extract<RoomEvent<Chat>, { name: 'hand' }>['data']>().toEqualTypeOf<{ cards: number[] }>();
expectTypeOf((await room.listMembers({ after: 'x' })).members[0]?.role).toEqualTypeOf<
  'member' | 'moderator' | undefined
>();

// A room of any of the client's kinds
declare const either: ClientRoom<Chat> | ClientRoom<Vault>;
if (either.kind === 'chat') void either.send('say', { text: 'hi' });
// @ts-expect-error -- not before it is known
void either.send('say', { text: 'hi' });

// Errors
try {
  await room.send('say', { text: 'hi' });
} catch (error) {
  if (error instanceof RoomError && error.code === 'REJECTED')
    expectTypeOf(error.reason).toEqualTypeOf<string | undefined>();
  // @ts-expect-error -- a code that is none
  if (error instanceof RoomError) void (error.code === 'REFUSED');
}
