import { CLOSE, parseOperation, type Decoded } from '@greenroom/protocol';
import { toRoomError, type Clock, type Identity } from '@greenroom/rooms';
import { UnauthenticatedError } from '../gateway/authenticator.js';
import { closeCodeOf } from '../gateway/close-code.js';
import type { GatewaySettings } from '../gateway/gateway.options.js';
import { greet } from '../gateway/hello.js';
import type { Answer, Operations } from '../gateway/operations.js';
import type { Admitted, Reception } from '../gateway/reception.js';
import { authReply } from '../gateway/renewal.js';
import type { Handshake } from '../gateway/rooms-connection.js';
import { WebSocketConnection } from './websocket-connection.js';
import type { WebSocketWire } from './websocket-wire.js';

type Phase =
  /** Nobody has said who they are. Only `hello` and `auth` are heard. */
  | { readonly is: 'asking' }
  /** A token is looked at, guards are asked: what comes is held. */
  | { readonly is: 'admitting'; readonly held: Decoded[] }
  | { readonly is: 'served'; readonly operations: Operations; readonly connection: WebSocketConnection }
  | { readonly is: 'ended' };

/** One plain WebSocket from its upgrade to its end: the handshake that Socket.IO has built in, then its operations. */
export class WebSocketVisit {
  #phase: Phase = { is: 'asking' };
  /** What the client said in its `hello` and `auth`, without the token. */
  #auth: Record<string, unknown> = {};
  #early = 0;
  /** Runs when the visit is served or over. */
  readonly #settled: () => void;

  constructor(
    private readonly id: string,
    private readonly wire: WebSocketWire,
    private readonly handshake: Handshake,
    private readonly reception: Reception,
    private readonly settings: GatewaySettings,
    clock: Clock,
    settled: () => void,
  ) {
    const deadline = clock.after(settings.admissionMs, () =>
      this.close(CLOSE.unauthenticated, 'not authenticated in time'),
    );
    this.#settled = () => {
      clock.cancel(deadline);
      settled();
    };
  }

  /** With a token from the request's header. */
  begin(token: string): void {
    void this.#admit(token);
  }

  /** A frame, as far as it could be read. */
  receive(frame: Decoded): void {
    if (this.#phase.is === 'served') return this.#handle(this.#phase.operations, frame);
    if (this.#phase.is === 'ended') return;
    this.#early += 1;
    if (this.#early > this.settings.heldFrames)
      return this.close(CLOSE.unauthenticated, 'too many frames before authentication');
    if (this.#phase.is === 'admitting') this.#phase.held.push(frame);
    else this.#ask(frame);
  }

  /** Ends it; the wire says so through `ended`. */
  close(code: number, reason: string): void {
    this.wire.close(code, reason);
  }

  /** The socket is gone or closing. */
  ended(): void {
    const was = this.#phase;
    if (was.is === 'ended') return;
    this.#phase = { is: 'ended' };
    if (was.is === 'served') was.connection.gone();
    else this.#settled();
  }

  /** Nothing but `hello` and `auth` is done for somebody unknown. */
  #ask(frame: Decoded): void {
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
    if (operation.op === 'hello' || operation.op === 'auth') this.#remember(frame.body);
    if (operation.op === 'hello') this.#hello(operation, answer);
    else if (operation.op === 'auth') void this.#admit(operation.token, answer);
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

  async #admit(token: string, answer?: Answer): Promise<void> {
    const held: Decoded[] = [];
    this.#phase = { is: 'admitting', held };
    const handshake = { ...this.handshake, auth: this.#auth };
    try {
      const connect = (user: Identity): WebSocketConnection =>
        new WebSocketConnection(this.id, handshake, user, this.wire);
      const admitted = await this.reception.admit(token, handshake, connect);
      this.#serve(admitted, held, answer);
    } catch (thrown) {
      const error = toRoomError(thrown);
      answer?.({ ok: false, error: error.toBody() });
      this.close(closeCodeOf(error), error.message);
    }
  }

  #serve(admitted: Admitted<WebSocketConnection>, held: readonly Decoded[], answer: Answer | undefined): void {
    const { connection } = admitted;
    if (this.#isOver()) return connection.gone();
    const operations = this.reception.serve(admitted);
    // Served and told to go in one breath, while draining.
    if (this.#isOver()) return connection.gone();
    this.#phase = { is: 'served', operations, connection };
    this.#settled();
    answer?.({ ok: true, ...authReply(admitted.authenticated) });
    for (const frame of held) this.#handle(operations, frame);
  }

  #handle(operations: Operations, frame: Decoded): void {
    if (frame.ok) operations.handle(frame.op, frame.body, this.#answering(frame));
    else operations.unreadable(frame.error, this.#answering(frame));
  }

  #isOver(): boolean {
    return this.#phase.is === 'ended';
  }

  #answering({ ref }: Decoded): Answer {
    return (reply) => this.wire.reply(ref, reply);
  }

  #remember(body: Readonly<Record<string, unknown>>): void {
    const { op: _op, ref: _ref, token: _token, ...said } = body;
    this.#auth = { ...this.#auth, ...said };
  }
}
