import type { TestCluster, TestClusterNode, TestConnection } from '@greenroom/testing';
import { expect } from '@jest/globals';
import { RoomError } from '../errors.js';

const RETRY_MS = 100;
/** A node hears so much later that a connection is gone which its client has given up. */
const HALF_OPEN_MS = [0, 40, 1500, 4000];

/** Somebody who means to say things in a room, as the client library does: again with the same id, and on another node when theirs is gone. */
export class Talker {
  readonly id: string;
  /** What they have been told of, oldest first. */
  told: string[] = [];
  readonly acked: string[] = [];
  /** What was asked at once and done when it was first asked for: in the order in which it was asked. */
  readonly atOnce: string[][] = [];
  #said = 0;
  #node: TestClusterNode | undefined;
  #connection: TestConnection | undefined;
  #session: string | undefined;
  /** Joins asked for. */
  #attempts = 0;
  /** Times they have gone to another node by themselves. */
  #moves = 0;
  #position: { epoch: number; seq: number } | undefined;
  /** Pushes of the connection that have been looked at. */
  #looked = 0;
  /** Rejects when the connection is lost. */
  #lost: Promise<never> = new Promise(() => {});
  #lose = (): void => {};
  #saying: Promise<void> = Promise.resolve();

  constructor(
    /** Says which node they choose. */
    private readonly number: number,
    private readonly address: string,
    private readonly cluster: TestCluster,
  ) {
    this.id = `t${number}`;
  }

  /** Says so many things more at once, after all before them. */
  say(count: number): void {
    const texts = Array.from({ length: count }, (_, i) => `${this.id} ${this.#said + i + 1}`);
    this.#said += count;
    this.#saying = this.#saying.then(() => this.#sayAll(texts));
  }

  /** What they have said, or mean to say. */
  get saying(): readonly string[] {
    return Array.from({ length: this.#said }, (_, i) => `${this.id} ${i + 1}`);
  }

  /** Those who were connected to that node are not any more. */
  nodeIsGone(node: TestClusterNode): void {
    if (this.#node === node) this.#disconnect();
  }

  /** They give up their connection, or what they ask for on one, and go to another node; theirs hears of it later. */
  move(): void {
    this.#moves += 1;
    this.#disconnect();
  }

  /** Takes in what was pushed. The client's rule: what begins above where one stands is a gap. */
  look(): void {
    const pushes = this.#connection?.pushes ?? [];
    for (const push of pushes.slice(this.#looked)) {
      if (push.op === 'closed') {
        expect(push.code).toBe('UNAVAILABLE');
        this.#session = this.#position = undefined;
        this.#disconnect();
        return;
      }
      if (push.op === 'reset') throw new Error('nobody is slow here');
      if (push.op !== 'events') continue;
      expect(push.from).toBeLessThanOrEqual(this.#position?.seq ?? -1);
      for (const { seq, name, data } of push.events)
        if (name === 'said' && seq > (this.#position?.seq ?? 0)) this.told.push((data as { text: string }).text);
      this.#position = { epoch: push.epoch, seq: push.to };
    }
    this.#looked = pushes.length;
  }

  async #sayAll(texts: readonly string[]): Promise<void> {
    const connection = await this.#connected();
    const asked = await Promise.allSettled(texts.map((text) => this.#ask(connection, text)));
    const done = texts.filter((_, i) => asked[i]?.status === 'fulfilled');
    this.acked.push(...done);
    this.atOnce.push(done);
    for (const text of texts) if (!done.includes(text)) await this.#untilSaid(text);
  }

  #ask(connection: TestConnection, text: string): Promise<unknown> {
    return Promise.race([connection.send(this.address, 'say', { text }, `id ${text}`), this.#lost]);
  }

  async #untilSaid(text: string): Promise<void> {
    for (;;) {
      try {
        await this.#ask(await this.#connected(), text);
        this.acked.push(text);
        return;
      } catch (error) {
        if (!(error instanceof RoomError && (error.retryable || error.code === 'NOT_A_MEMBER'))) throw error;
        await this.#pause();
        this.look();
      }
    }
  }

  async #connected(): Promise<TestConnection> {
    while (this.#connection === undefined) {
      const well = this.cluster.present.filter(({ isDead, isCutOff, isRetired }) => !isDead && !isCutOff && !isRetired);
      const node = well[(this.number + this.#moves) % well.length];
      if (node !== undefined) await this.#connect(node).catch(() => this.#disconnect());
      if (this.#connection === undefined) await this.#pause();
    }
    return this.#connection;
  }

  async #connect(node: TestClusterNode): Promise<void> {
    const connection = node.connect(this.id);
    this.#node = node;
    this.#lost = new Promise((_, reject) => {
      this.#lose = () => reject(new RoomError('UNAVAILABLE', 'the connection is lost'));
    });
    this.#lost.catch(() => undefined);
    const { cluster } = this;
    const late = new Promise<never>((_, reject) => {
      cluster.clock.after(5000, () => reject(new Error('late')));
    });
    const session = this.#session === undefined ? {} : { session: this.#session };
    const since = this.#position === undefined ? {} : { since: this.#position };
    this.#attempts += 1;
    const joined = connection.join(this.address, { ...session, ...since, attempt: this.#attempts });
    const reply = await Promise.race([joined, this.#lost, late]).catch((error: unknown) => {
      this.#abandon(node, connection);
      throw error;
    });
    if (this.#node !== node) {
      this.#abandon(node, connection);
      throw new Error('given up just when it was answered');
    }
    this.#session = reply.session;
    if (!reply.recovered) this.told = [...(reply.view as { said: string[] }).said];
    else
      for (const { name, data } of reply.events) if (name === 'said') this.told.push((data as { text: string }).text);
    this.#position = reply.position;
    this.#looked = 0;
    this.#connection = connection;
  }

  #disconnect(): void {
    if (this.#connection !== undefined && this.#node !== undefined) this.#abandon(this.#node, this.#connection);
    this.#connection = this.#node = undefined;
    this.#lose();
  }

  #abandon(node: TestClusterNode, connection: TestConnection): void {
    const lateMs = HALF_OPEN_MS[(this.number + this.#attempts) % HALF_OPEN_MS.length] ?? 0;
    this.cluster.clock.after(lateMs, () => {
      if (!node.isDead) connection.drop();
    });
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => this.cluster.clock.after(RETRY_MS, resolve));
  }
}
