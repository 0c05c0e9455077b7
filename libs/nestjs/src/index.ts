// Module
export { RoomsModule } from './rooms.module.js';
export type { NodeParts, RoomsModuleExtras, RoomsModuleOptions, StoreSource } from './rooms.options.js';
export type { ClusterPorts, SocketIoAdapter } from './cluster/ports.js';
export { NestRoomsLogger } from './nest-rooms-logger.js';
export { ROOMS_STORE } from './rooms.tokens.js';

// Room classes
export { AfterCommit, type CommittedEventOf } from './decorators/after-commit.decorator.js';
export { OnCommand } from './decorators/on-command.decorator.js';
export { OnJoin } from './decorators/on-join.decorator.js';
export { OnLeave } from './decorators/on-leave.decorator.js';
export { RoomAddress } from './decorators/room-address.decorator.js';
export { Room, type RoomClass, type RoomOptions, type RoomSettings } from './decorators/room.decorator.js';
export { Sender } from './decorators/sender.decorator.js';
export type { Duration } from './duration.js';

// Guards, pipes and interceptors
export { operationOf, type RoomOperation } from './admission/operation.js';
export type { Admission, AdmittedJoin, CommandAttempt, JoinAttempt } from './admission/admission.js';

// The app's own code
export type { HistoryEvent, RoomRef, SendOptions, Sent } from './room-ref.js';
export { RoomsService, type NodeActivity, type RoomPage } from './rooms.service.js';
export { RoomsHealth } from './health/rooms-health.js';

// Gateway
export { type Authenticated, type Authenticator, UnauthenticatedError } from './gateway/authenticator.js';
export { JwtAuthenticator, type JwtOptions } from './gateway/jwt-authenticator.js';
export { Connections } from './gateway/connections.js';
export {
  GATEWAY_DEFAULTS,
  gatewaySettings,
  type GatewayOptions,
  type GatewaySettings,
} from './gateway/gateway.options.js';
export {
  ROOMS_ADMISSION,
  ROOMS_AUTHENTICATOR,
  ROOMS_CLOCK,
  ROOMS_GATEWAY_SETTINGS,
  ROOMS_IDS,
  ROOMS_NODE,
  ROOMS_USERS,
} from './gateway/gateway.tokens.js';
export { Reception } from './gateway/reception.js';
export { RoomsGateway } from './gateway/rooms.gateway.js';
export type { Handshake, RoomsConnection } from './gateway/rooms-connection.js';
export type { Rate } from './limits/token-bucket.js';

// Carriers
export { roomChannel, userChannel } from './carriers/socketio-names.js';
export { UpgradeRouter, type UpgradeHandler } from './sockets/upgrade-router.js';
export { WebSocketCarrier } from './carriers/websocket-carrier.js';
