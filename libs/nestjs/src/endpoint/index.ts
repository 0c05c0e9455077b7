// Module
export { EndpointsModule } from './endpoints.module.js';
export type { EndpointsModuleOptions } from './endpoints.options.js';

// Endpoint classes
export { WebSocketEndpoint } from './web-socket-endpoint.decorator.js';
export { OnBinary, OnClose, OnConnect, OnError, OnMessage } from './handlers.decorators.js';
export { ENDPOINT_DEFAULTS, type EndpointOptions, type EndpointSettings } from './endpoint.options.js';
export type { Rate } from '../limits/token-bucket.js';

// Connections
export type { BroadcastOptions, Bytes, Connection, ConnectionHandshake, Endpoint } from './connection.js';
export { Endpoints } from './endpoints.js';

// Guards, pipes and interceptors
export { occasionOf, type EndpointOccasion } from './occasion.js';
