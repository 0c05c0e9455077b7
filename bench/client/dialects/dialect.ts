import type { RawWebSocket } from '../raw-web-socket.js';

/** How an operation ended. */
export interface Answer {
  /** What the operation was sent with. */
  readonly ref: number;
  readonly ok: boolean;
  /** The code of a refusal, where there are codes. */
  readonly code?: string;
  /** What `add` was answered with. */
  readonly sum?: number;
}

/** One message as a member is told of it. */
export interface Told {
  readonly text: string;
  readonly from: string;
  readonly at: number;
}

/** What one frame tells. `turn`: where it stands in the room's stream, on servers that have one. */
export interface Telling {
  readonly messages: readonly Told[];
  readonly turn?: {
    readonly room: string;
    readonly from: number;
    readonly to: number;
    readonly seqs: readonly number[];
  };
}

/** Someone who connects. Their name is their token, and their user id. */
export interface Caller {
  readonly port: number;
  readonly name: string;
  /** Colyseus connects to rooms, not to servers. */
  readonly room: string | undefined;
}

/** How one server is spoken to: the least that its own client would say. */
export interface Dialect {
  /** Whether `say` is answered, besides being told to all. */
  readonly answersSay: boolean;
  /** Whether a member is admitted by connecting. */
  readonly joinsByConnecting: boolean;
  /** Connects, and is let in. */
  readonly connect: (caller: Caller) => Promise<RawWebSocket>;
  join(socket: RawWebSocket, room: string, ref: number): void;
  leave?(socket: RawWebSocket, room: string, ref: number): void;
  /** `by`: makes the command's id, where there are such ids. */
  say(socket: RawWebSocket, room: string, text: string, ref: number, by: string): void;
  add(socket: RawWebSocket, room: string, a: number, b: number, ref: number, by: string): void;
  /** `undefined`: this frame is no answer. */
  readonly answer: (bytes: Buffer, start: number, end: number) => Answer | undefined;
  /** `undefined`: this frame tells no messages. */
  readonly telling: (bytes: Buffer, start: number, end: number) => Telling | undefined;
  /** Answers what the server asks to see whether one is there; whether that is what the frame was. */
  pong?(socket: RawWebSocket, bytes: Buffer, start: number, end: number): boolean;
}
