export { PROTOCOL_VERSION } from './version.js';
export { type Position } from './position.js';
export { formatAddress, isName, parseAddress, type Address } from './address.js';
export { type WireMember, type LeaveReason } from './member.js';
export { type WireEvent } from './event.js';

export { ERROR_CODES, isRetryable, type ErrorCode } from './error-code.js';
export { errorBody, type ErrorBody, type ErrorExtra, type WireIssue } from './error-body.js';
export { CLOSE, type CloseCode } from './close-code.js';

export {
  type Operation,
  type HelloOperation,
  type AuthOperation,
  type JoinOperation,
  type MembersOperation,
  type LeaveOperation,
  type SendOperation,
  type SignalOperation,
  type HistoryOperation,
  type PingOperation,
} from './operation.js';
export { parseOperation, type ParsedOperation } from './parse-operation.js';
export {
  type Reply,
  type ReplyFrame,
  type ReplyBodies,
  type HelloReply,
  type AuthReply,
  type JoinReply,
  type MembersReply,
  type LeaveReply,
  type SendReply,
  type HistoryReply,
  type PingReply,
} from './reply.js';
export {
  type Push,
  type HelloLimits,
  type HelloPush,
  type EventsPush,
  type SignalPush,
  type PresencePush,
  type StatePush,
  type ResetPush,
  type ClosedPush,
  type GoodbyePush,
} from './push.js';

export {
  DEFAULT_FRAME_LIMITS,
  HARD_FRAME_BYTES,
  TRUSTED_FRAME_LIMITS,
  exceedsLimits,
  type FrameLimits,
} from './limits.js';
export { type Codec, type Decoded } from './codec.js';
export { type Ref } from './ref.js';
export { jsonCodec } from './json-codec.js';
export { trustedJsonCodec } from './trusted-json-codec.js';
export { chooseCodec } from './subprotocol.js';

export type { Command, Directed, RoomContract, Schema } from './contract/contract.js';
export type {
  CommandName,
  DataOf,
  EventName,
  EventOf,
  JoinDataOf,
  JoinInputOf,
  MemberOf,
  ParamsInputOf,
  ParamsOf,
  ProfileOf,
  ReplyOf,
  SendOf,
  SignalName,
  SignalOf,
  ViewOf,
} from './contract/infer.js';
