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
} from './gateway/gateway.tokens.js';
export { Reception } from './gateway/reception.js';
export { RoomsGateway } from './gateway/rooms.gateway.js';
export type { Handshake, RoomsConnection } from './gateway/rooms-connection.js';
export type { Rate } from './limits/token-bucket.js';

// Carriers
export { roomChannel, userChannel } from './carriers/socketio-names.js';
export { UpgradeRouter, type UpgradeHandler } from './carriers/upgrade-router.js';
export { WebSocketCarrier } from './carriers/websocket-carrier.js';
