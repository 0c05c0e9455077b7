import type { Codec } from '@greenroom/protocol';
import type { Encoding } from '@greenroom/rooms';
import { binaryFrame, textFrame } from '../sockets/ws-frame.js';

/** Messages of one codec as whole WebSocket frames. */
export class WebSocketEncoding implements Encoding<Buffer> {
  constructor(readonly codec: Codec) {}

  /** @throws TypeError, RangeError for what the wire cannot carry */
  encode(message: object): Buffer {
    const encoded = this.codec.encode(message);
    return typeof encoded === 'string' ? textFrame(encoded) : binaryFrame(encoded);
  }
}
