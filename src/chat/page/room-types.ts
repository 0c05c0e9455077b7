import type { ClientRoom } from '@greenroom/client';
import type { Chat } from '../chat.contract.js';

export type ChatContract = typeof Chat;
export type ChatRoom = ClientRoom<ChatContract>;
export type Member = ChatRoom['me'];
export type View = ChatRoom['view'];
export type ViewMessage = View['messages'][number];
export type HistoryEvent = Awaited<ReturnType<ChatRoom['history']>>['events'][number];
