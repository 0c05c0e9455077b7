import type { WebSocketConstructor } from './web-socket-like.js';

/** The host's own. */
export const WebSocket = (globalThis as unknown as { readonly WebSocket: WebSocketConstructor }).WebSocket;
