/** First byte of a message in one piece. Source: RFC 6455, 5.2. */
const TEXT = 0x81;
const BINARY = 0x82;

/** A whole text message as a server sends it: unmasked, uncompressed. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const { frame, start } = frameOf(TEXT, length);
  frame.write(text, start);
  return frame;
}

/** A whole binary message; a copy of the bytes. */
export function binaryFrame(bytes: Uint8Array): Buffer {
  const { frame, start } = frameOf(BINARY, bytes.length);
  frame.set(bytes, start);
  return frame;
}

/** In memory of its own: who is kept a frame is kept all that shares memory with it. */
function frameOf(first: number, length: number): { readonly frame: Buffer; readonly start: number } {
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafeSlow(start + length);
  frame[0] = first;
  if (length < 126) frame[1] = length;
  else if (length < 65_536) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  return { frame, start };
}
