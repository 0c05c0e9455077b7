import type { Identity } from '@greenroom/rooms';
import { OnJoin, Room, Sender } from '@greenroom/nestjs';
import { Chat } from './chat.contract.js';
import { chatMachine, viewChat, type ChatState } from './chat.machine.js';

/** Messages and moderation survive a kill -9; whoever may join may read what was said before. */
@Room(Chat, { machine: chatMachine, durability: 'fsync', historyFor: 'all' })
export class ChatRoom {
  /** The role is a claim of the token: nobody becomes a moderator by asking. */
  @OnJoin(Chat)
  join(@Sender() who: Identity) {
    return { name: who.name, role: who['role'] === 'moderator' ? ('moderator' as const) : ('member' as const) };
  }

  view({ context }: { context: ChatState }) {
    return viewChat(context);
  }
}
