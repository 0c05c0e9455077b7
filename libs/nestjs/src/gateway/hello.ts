import { PROTOCOL_VERSION, type HelloLimits, type HelloOperation, type HelloReply } from '@greenroom/protocol';
import { Frame, RoomError } from '@greenroom/rooms';
import type { GatewaySettings } from './gateway.options.js';

/** What this server can beyond version 1. */
const CAPS: ReadonlySet<string> = new Set();

/** A version of the wire that is not spoken here: the connection ends (4400). */
export class UnsupportedVersionError extends RoomError {
  constructor() {
    super('BAD_FRAME', `Only version ${PROTOCOL_VERSION} of the protocol is spoken here.`);
  }
}

/** What both ends can. @throws UnsupportedVersionError */
export function greet(hello: Pick<HelloOperation, 'v' | 'caps'>): HelloReply {
  if ((hello.v ?? PROTOCOL_VERSION) !== PROTOCOL_VERSION) throw new UnsupportedVersionError();
  return { v: PROTOCOL_VERSION, caps: (hello.caps ?? []).filter((cap) => CAPS.has(cap)) };
}

/** The server's first word to a connection. */
export const helloFrame = (settings: GatewaySettings, now: number): Frame =>
  new Frame({ op: 'hello', v: PROTOCOL_VERSION, caps: [...CAPS], limits: limitsOf(settings), now });

/** JSON has no infinity: a rate that is lifted is not told. */
const limitsOf = ({ frame, commands }: GatewaySettings): HelloLimits => ({
  ...frame,
  ...(Number.isFinite(commands.burst) && { commands }),
});
