import type { Duplex } from 'node:stream';
import type { Logger } from '@nestjs/common';
import { CLOSE, parseOperation, type Decoded } from '@greenroom/protocol';
import { toRoomError, type Clock, type Identity, type Ids, type Timer } from '@greenroom/rooms';
import type { WebSocket } from 'ws';
import { UnauthenticatedError } from '../gateway/authenticator.js';
import { closeCodeOf } from '../gateway/close-code.js';
import type { Closable, Connections } from '../gateway/connections.js';
import type { GatewaySettings } from '../gateway/gateway.options.js';
import { greet } from '../gateway/hello.js';
import type { Answer } from '../gateway/operations.js';
import type { Admitted, Reception } from '../gateway/reception.js';
import { authReply } from '../gateway/renewal.js';
import type { Handshake } from '../gateway/rooms-connection.js';
import type { Stay } from '../gateway/stay.js';
import type { Peer } from '../sockets/heartbeats.js';
import type { Reader } from '../sockets/outlet.js';
import type { SendLimits } from '../sockets/send-queue.js';
import { WebSocketConnection } from './websocket-connection.js';
import type { WebSocketEncoding } from './websocket-encoding.js';
import { WebSocketWire } from './websocket-wire.js';

/** What all visits share. */
export interface Lobby {
  readonly reception: Reception;
  readonly connections: Connections;
  readonly settings: GatewaySettings;
  readonly sendLimits: SendLimits;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}

/** Somebody who is not let in yet. */
interface Stranger {
  /** `auth` is what they said in their `hello` and `auth`, without the token. */
  handshake: Handshake;
  readonly deadline: Timer;
  frames: number;
}

type Phase =
  /** Nobody has said who they are. Only `hello` and `auth` are heard. */
  | { readonly is: 'asking'; readonly stranger: Stranger }
  /** A token is looked at, guards are asked: what comes is held. */
  | { readonly is: 'admitting'; readonly stranger: Stranger; readonly held: Decoded[] }
  | { readonly is: 'served'; readonly stay: Stay }
  | { readonly is: 'ended' };

const ENDED: Phase = { is: 'ended' };

/** One plain WebSocket from its upgrade to its end: the handshake that Socket.IO has built in, then its operations. */
export class WebSocketVisit implements Closable, Peer, Reader {
  /** That it counts for. */
  readonly address: string;
  readonly #wire: WebSocketWire;
  #phase: Phase;

  constructor(
    private readonly socket: WebSocket,
    raw: Duplex,
    readonly encoding: WebSocketEncoding,
    handshake: Handshake,
    private readonly lobby: Lobby,
  ) {
    const { connections, settings, sendLimits, clock, logger } = lobby;
    this.address = handshake.address;
    this.#wire = new WebSocketWire(socket, raw, encoding, sendLimits, logger, this);
    const deadline = clock.after(settings.admissionMs, () =>
      this.close(CLOSE.unauthenticated, 'not authenticated in time'),
    );
    this.#phase = { is: 'asking', stranger: { handshake, deadline, frames: 0 } };
    connections.opening(this);
  }

  /** With a token from the request's header. */
  begin(token: string): void {
    if (this.#phase.is === 'asking') void this.#admit(this.#phase.stranger, token);
  }

  /** A frame, as far as it could be read. */
  receive(frame: Decoded): void {
    const phase = this.#phase;
    if (phase.is === 'served') return this.#handle(phase.stay, frame);
    if (phase.is === 'ended') return;
    phase.stranger.frames += 1;
    if (phase.stranger.frames > this.lobby.settings.heldFrames)
      return this.close(CLOSE.unauthenticated, 'too many frames before authentication');
    if (phase.is === 'admitting') phase.held.push(frame);
    else this.#ask(phase.stranger, frame);
  }

  /** Ends it; the wire says so through `closing`. */
  close(code: number, reason: string): void {
    this.#wire.close(code, reason);
  }

  closing(): void {
    this.ended();
  }

  ping(): void {
    this.socket.ping();
  }

  silent(): void {
    this.socket.terminate();
  }

  /** The socket is gone or closing. */
  ended(): void {
    const was = this.#phase;
    if (was.is === 'ended') return;
    this.#phase = ENDED;
    if (was.is === 'served') was.stay.connection.gone();
    else this.#settle(was.stranger);
  }

  /** Nobody waits for it to be let in any more. */
  #settle({ deadline }: Stranger): void {
    this.lobby.clock.cancel(deadline);
    this.lobby.connections.opened(this);
  }

  /** Nothing but `hello` and `auth` is done for somebody unknown. */
  #ask(stranger: Stranger, frame: Decoded): void {
    const answer = this.#answering(frame);
    if (!frame.ok) {
      answer({ ok: false, error: frame.error });
      return;
    }
    const parsed = parseOperation(frame.op, frame.body);
    if (!parsed.ok) {
      answer({ ok: false, error: parsed.error });
      return;
    }
    const { operation } = parsed;
    if (operation.op === 'hello' || operation.op === 'auth') remember(stranger, frame.body);
    if (operation.op === 'hello') this.#hello(operation, answer);
    else if (operation.op === 'auth') void this.#admit(stranger, operation.token, answer);
    else if (operation.op !== 'signal') answer({ ok: false, error: new UnauthenticatedError().toBody() });
  }

  #hello(hello: { readonly v?: number; readonly caps?: readonly string[] }, answer: Answer): void {
    try {
      answer({ ok: true, ...greet(hello) });
    } catch (thrown) {
      const error = toRoomError(thrown);
      answer({ ok: false, error: error.toBody() });
      this.close(CLOSE.notThisProtocol, error.message);
    }
  }

  async #admit(stranger: Stranger, token: string, answer?: Answer): Promise<void> {
    const { reception, ids } = this.lobby;
    const { handshake } = stranger;
    const held: Decoded[] = [];
    this.#phase = { is: 'admitting', stranger, held };
    try {
      const connect = (user: Identity): WebSocketConnection =>
        new WebSocketConnection(ids.unique(), handshake, user, this.#wire);
      const admitted = await reception.admit(token, handshake, connect);
      this.#serve(stranger, admitted, held, answer);
    } catch (thrown) {
      const error = toRoomError(thrown);
      answer?.({ ok: false, error: error.toBody() });
      this.close(closeCodeOf(error), error.message);
    }
  }

  #serve(stranger: Stranger, admitted: Admitted, held: readonly Decoded[], answer: Answer | undefined): void {
    const { stay, authenticated } = admitted;
    if (this.#isOver()) return stay.connection.gone();
    this.lobby.reception.serve(admitted);
    // Served and told to go in one breath, while draining.
    if (this.#isOver()) return stay.connection.gone();
    this.#phase = { is: 'served', stay };
    this.#settle(stranger);
    answer?.({ ok: true, ...authReply(authenticated) });
    for (const frame of held) this.#handle(stay, frame);
  }

  #handle({ operations }: Stay, frame: Decoded): void {
    if (frame.ok) operations?.handle(frame.op, frame.body, this.#answering(frame));
    else operations?.unreadable(frame.error, this.#answering(frame));
  }

  #isOver(): boolean {
    return this.#phase.is === 'ended';
  }

  #answering({ ref }: Decoded): Answer {
    return (reply) => this.#wire.reply(ref, reply);
  }
}

function remember(stranger: Stranger, body: Readonly<Record<string, unknown>>): void {
  const { op: _op, ref: _ref, token: _token, ...said } = body;
  const { handshake } = stranger;
  stranger.handshake = { ...handshake, auth: { ...handshake.auth, ...said } };
}
