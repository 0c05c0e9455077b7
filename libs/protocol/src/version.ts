/** The version of the wire both ends speak. A handshake without `v` means this one. Source: protocol.md. */
export const PROTOCOL_VERSION = 1;
