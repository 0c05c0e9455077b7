import { WebSocket as Ws } from 'ws';
import type { WebSocketConstructor } from './web-socket-like.js';

/** Node 20 has none of its own. Its constructor has more signatures than the browsers', which ours does not match. */
export const WebSocket = Ws as unknown as WebSocketConstructor;
