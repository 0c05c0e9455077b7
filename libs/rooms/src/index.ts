// Contract
export type {
  Command,
  CommandName,
  DataOf,
  Directed,
  EventName,
  EventOf,
  JoinDataOf,
  JoinInputOf,
  MemberOf,
  ParamsInputOf,
  ParamsOf,
  ProfileOf,
  ReplyOf,
  RoomContract,
  Schema,
  SendOf,
  SignalName,
  SignalOf,
  ViewOf,
} from '@greenroom/protocol';
export { command, defineRoom, directed } from './contract/contract.js';
export { bytes, validate, validateNow, type Validated } from './contract/schema.js';
export type { Inputs, RoomInput } from './contract/inputs.js';
export {
  outputs,
  type Audience,
  type Emitted,
  type MemberIds,
  type Outputs,
  type RoomOutput,
} from './contract/outputs.js';
export type { Identity, Member } from './contract/member.js';
export { roomTypes, type RoomTypes } from './contract/room-types.js';

// Kind and logic
export { KIND_DEFAULTS, roomKind, SYSTEM, type CommittedEvent, type KindOptions, type RoomKind } from './kind.js';
export type {
  Applied,
  LogicEvent,
  LogicFactory,
  LogicOutput,
  LogicTimer,
  Outside,
  RoomLogic,
  StartInput,
} from './room/logic.js';

// Log
export type { Entry, Input, LeaveReason, LoggedEvent, NewSession, Stamp } from './log/entry.js';
export type {
  Batch,
  Claim,
  Due,
  Durability,
  Fence,
  Lineage,
  ReadRange,
  Retention,
  RoomStore,
  Snapshot,
} from './log/store.js';
export { MemoryRoomStore } from './log/memory-store.js';
export { advance, barrierAfter, headAt, passFence, passSnapshot, type Head } from './log/head.js';
export { redacted } from './log/redaction.js';
export { isSpent, lineageFrom } from './log/retention.js';

// Node
export { createRoomsNode, type RoomsNodeOptions } from './local-node.js';
export { NODE_LIMITS, type NodeLimits } from './limits.js';
export type { RoomsLogger } from './logger.js';
export type { ActiveRoom, RoomHandle, RoomList, RoomsNode } from './node.js';
export type { Directory } from './placement/directory.js';
export { MemoryDirectory } from './placement/memory-directory.js';
export type { Courier, Envelope, EnvelopeHandler } from './routing/courier.js';
export { MemoryCourier } from './routing/memory-courier.js';
export type { Users } from './users/users.js';
export { MemoryUsers } from './users/memory-users.js';
export type {
  EndedSession,
  Feed,
  FeedListener,
  FeedMessage,
  PublishedEvent,
  PublishedSignal,
  PublishedTurn,
} from './feed/feed.js';
export { MemoryFeed } from './feed/memory-feed.js';
export type { CommandReply, CommandRequest, Joined, JoinRequestOfRoom, ReplyTo, Request } from './room/request.js';
export { statechart, type StatechartOptions } from './room/statechart.js';
export type { Connection } from './routing/connection.js';
export type { JoinRequest, PendingJoin, SendRequest, SendResult, Sessions } from './routing/sessions.js';
export { eventsOf } from './feed/visibility.js';
export { Frame, type Encoding } from './feed/frame.js';

// Time, chance, errors
export { SystemClock, type Clock, type Timer } from './clock.js';
export { systemIds, type Ids } from './ids.js';
export {
  BusyError,
  DefinitionError,
  DivergedError,
  FencedError,
  ForbiddenError,
  GapError,
  InternalError,
  InvalidError,
  MovedError,
  NoSuchRoomError,
  NotAMemberError,
  NotFlushedError,
  QuarantinedError,
  RateLimitedError,
  RejectedError,
  RoomClosedError,
  RoomError,
  RoomFullError,
  StoreRefusedError,
  StoreSilentError,
  toRoomError,
  UnansweredError,
  UnavailableError,
  UnknownCommandError,
  UnknownKindError,
  UnknownOutcomeError,
  type Issue,
} from './errors.js';
