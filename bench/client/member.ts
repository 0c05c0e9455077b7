import type { Answer, Dialect } from './dialects/dialect.js';
import type { FrameListener, RawWebSocket } from './raw-web-socket.js';

const PATIENCE_MS = 60_000;

/** One connection, let in: what it says gets a number, and its answers are given to whoever waits for them. */
export class Member {
  /** Answers that nobody waits for by number. */
  onAnswer: (answer: Answer) => void = () => undefined;
  onEnd: (why: string) => void = () => undefined;
  #ref = 0;
  readonly #waiting = new Map<number, (answer: Answer) => void>();

  private constructor(
    readonly name: string,
    private readonly dialect: Dialect,
    private readonly socket: RawWebSocket,
  ) {
    this.listen((bytes, start, end) => this.take(bytes, start, end));
    socket.onEnd = (why) => this.onEnd(why);
  }

  static async connect(dialect: Dialect, port: number, name: string, room: string | undefined): Promise<Member> {
    return new Member(name, dialect, await dialect.connect({ port, name, room }));
  }

  async join(room: string): Promise<void> {
    if (this.dialect.joinsByConnecting) return;
    await this.#asked((ref) => this.dialect.join(this.socket, room, ref));
  }

  async leave(room: string): Promise<void> {
    await this.#asked((ref) => this.dialect.leave?.(this.socket, room, ref));
  }

  /** Returns the number its answer will have, where there are answers. */
  say(room: string, text: string): number {
    this.#ref += 1;
    this.dialect.say(this.socket, room, text, this.#ref, this.name);
    return this.#ref;
  }

  /** Returns the number its answer will have. */
  add(room: string, a: number, b: number): number {
    this.#ref += 1;
    this.dialect.add(this.socket, room, a, b, this.#ref, this.name);
    return this.#ref;
  }

  /** Every frame, from now on; what is not for the listener it hands to `take`. */
  listen(listener: FrameListener): void {
    this.socket.onFrame = listener;
  }

  /** A frame that may be an answer, or a question whether one is there. */
  take(bytes: Buffer, start: number, end: number): void {
    if (this.dialect.pong?.(this.socket, bytes, start, end)) return;
    const answer = this.dialect.answer(bytes, start, end);
    if (answer === undefined) return;
    const waiting = this.#waiting.get(answer.ref);
    if (waiting === undefined) return this.onAnswer(answer);
    this.#waiting.delete(answer.ref);
    waiting(answer);
  }

  close(): void {
    this.socket.close();
  }

  #asked(ask: (ref: number) => void): Promise<void> {
    this.#ref += 1;
    const ref = this.#ref;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${this.name} got no answer`)), PATIENCE_MS);
      this.#waiting.set(ref, ({ ok }) => {
        clearTimeout(late);
        if (ok) resolve();
        else reject(new Error(`${this.name} was refused`));
      });
      ask(ref);
    });
  }
}
