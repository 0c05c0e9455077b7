import { inspect } from 'node:util';
import type { JoinReply } from '@greenroom/protocol';
import {
  ForbiddenError,
  RoomError,
  toRoomError,
  UnavailableError,
  UnknownCommandError,
  UnknownKindError,
  type RoomKind,
  type SendResult,
} from '@greenroom/rooms';
import { Injectable, Logger } from '@nestjs/common';
import type { RoomDefinition } from '../discovery/room-definition.js';
import type { RoomsConnection } from '../gateway/rooms-connection.js';
import type { Admission, AdmittedJoin, CommandAttempt, JoinAttempt } from './admission.js';
import { checkSignal, has } from './contract-check.js';
import type { Host } from './host.js';
import { Admitting, patternOf, type RoomOperation } from './operation.js';
import { Passage } from './passage.js';
import { Pipelines } from './pipelines.js';
import type { RoomPipeline } from './room-pipeline.js';
import { toRefusal } from './refusal.js';
import { amendJoin, amendResult } from './reply.js';
import { RoomGate } from './room-gate.js';

type Doors =
  /** Before the app has started: nobody is let in. */
  | { readonly state: 'closed' }
  | { readonly state: 'open'; readonly connect: RoomPipeline; readonly gates: ReadonlyMap<string, RoomGate> };

/**
 * Admission by the app's own guards, pipes and interceptors, and its room classes. Once the room has been asked, its
 * answer stands: an interceptor may change what a reply carries, not turn a yes into a no or a no into a yes.
 */
@Injectable()
export class EnhancedAdmission implements Admission {
  readonly #logger = new Logger('Rooms');
  #doors: Doors = { state: 'closed' };

  constructor(private readonly pipelines: Pipelines) {}

  /**
   * Builds every way in; from here on operations are admitted.
   * @param gateway what guards connecting, and the gateway's instance if the app has one
   */
  open(definitions: readonly RoomDefinition[], gateway: { readonly host: Host; readonly instance: object }): void {
    const connect = this.pipelines.around<RoomsConnection, Admitting>(
      gateway.host,
      'handleConnection',
      () =>
        async (_, __, { passage }) =>
          passage?.enter(undefined),
      gateway.instance,
    );
    const gates = definitions.map((each) => [each.kind.contract.kind, new RoomGate(each, this.pipelines)] as const);
    this.#doors = { state: 'open', connect, gates: new Map(gates) };
  }

  async connect(connection: RoomsConnection): Promise<void> {
    const { connect } = this.#opened();
    const passage = new Passage(() => Promise.resolve());
    await this.#pass(connect, passage, connection, undefined, { type: 'connect' });
  }

  async join(
    connection: RoomsConnection,
    { address, kind, params, data }: JoinAttempt,
    go: (admitted: AdmittedJoin) => Promise<JoinReply>,
  ): Promise<JoinReply> {
    const operation: RoomOperation = { type: 'join', address, kind: kind.contract.kind, params };
    const { reply, out } = await this.#pass(this.#gate(kind).join, new Passage(go), connection, data, operation);
    return amendJoin(reply, out);
  }

  async command(
    connection: RoomsConnection,
    { address, kind, name, data }: CommandAttempt,
    go: (data: unknown) => Promise<SendResult>,
  ): Promise<SendResult> {
    const { contract } = kind;
    if (!has(contract.commands, name)) throw new UnknownCommandError(contract.kind, name);
    const operation: RoomOperation = { type: 'command', address, kind: contract.kind, name };
    const pipeline = this.#gate(kind).command(name);
    const { reply, out } = await this.#pass(pipeline, new Passage(go), connection, data, operation);
    return amendResult(reply, out);
  }

  async signal(_: RoomsConnection, { kind: { contract }, name, data }: CommandAttempt): Promise<unknown> {
    if (!has(contract.signals, name)) throw new UnknownCommandError(contract.kind, name);
    try {
      return await checkSignal(contract, name, data);
    } catch (thrown) {
      throw toRoomError(thrown);
    }
  }

  async left(connection: RoomsConnection, kind: RoomKind, address: string): Promise<void> {
    const operation: RoomOperation = { type: 'leave', address, kind: kind.contract.kind };
    const leaving = new Admitting(operation, undefined);
    for (const leave of this.#gate(kind).leaving)
      await leave(connection, undefined, leaving).catch((thrown: unknown) => this.#log(operation, thrown));
  }

  async #pass<Admitted, Reply>(
    pipeline: RoomPipeline,
    passage: Passage<Admitted, Reply>,
    connection: RoomsConnection,
    data: unknown,
    operation: RoomOperation,
  ): Promise<{ reply: Reply; out: unknown }> {
    // The pipeline's innermost hands each operation what its own kind of passage takes.
    const admitting = new Admitting(operation, passage as Passage<unknown, unknown>);
    let out: unknown;
    let failed: { readonly thrown: unknown } | undefined;
    try {
      out = await pipeline(connection, data, admitting);
    } catch (thrown) {
      failed = { thrown };
    }
    if (passage.reply === undefined)
      throw failed === undefined ? new ForbiddenError() : this.#refused(operation, failed.thrown);
    let reply: Reply;
    try {
      reply = await passage.reply;
    } catch (refused) {
      // The engine logs its own.
      throw refused instanceof RoomError ? refused : this.#refused(operation, refused);
    }
    if (failed !== undefined) this.#log(operation, failed.thrown);
    return { reply, out };
  }

  #refused(operation: RoomOperation, thrown: unknown): RoomError {
    const refusal = toRefusal(thrown);
    if (refusal.code === 'INTERNAL') this.#log(operation, refusal.cause ?? refusal);
    return refusal;
  }

  #log(operation: RoomOperation, thrown: unknown): void {
    const where = operation.type === 'connect' ? '' : ` in ${operation.address}`;
    const what = thrown instanceof Error ? thrown.message : inspect(thrown);
    this.#logger.error(
      `${patternOf(operation)}${where} failed: ${what}`,
      thrown instanceof Error ? thrown.stack : undefined,
    );
  }

  #opened(): Extract<Doors, { state: 'open' }> {
    if (this.#doors.state === 'closed') throw new UnavailableError();
    return this.#doors;
  }

  #gate({ contract }: RoomKind): RoomGate {
    const gate = this.#opened().gates.get(contract.kind);
    if (gate === undefined) throw new UnknownKindError(contract.kind);
    return gate;
  }
}
