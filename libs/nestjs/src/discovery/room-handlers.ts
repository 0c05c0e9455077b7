import { DefinitionError, type RoomContract } from '@greenroom/rooms';
import type { Type } from '@nestjs/common';
import { MetadataScanner } from '@nestjs/core';
import { has } from '../admission/contract-check.js';
import { AfterCommitNote } from '../decorators/after-commit.decorator.js';
import { JoinNote } from '../decorators/on-join.decorator.js';
import { LeaveNote } from '../decorators/on-leave.decorator.js';
import { CommandNote } from '../decorators/on-command.decorator.js';
import type { RoomHandlers } from './room-definition.js';

interface Noted<T> {
  readonly method: string;
  readonly note: T;
}

/** Reads the decorated methods of a room class and holds them to its contract. Reads metadata only. */
class HandlerReader {
  readonly #methods: readonly string[];

  constructor(
    private readonly room: Type<object>,
    private readonly contract: RoomContract,
  ) {
    this.#methods = new MetadataScanner().getAllMethodNames(room.prototype as object);
  }

  read(): RoomHandlers {
    return {
      commands: this.#commands(),
      join: this.#join(),
      leave: this.#noted<object>(LeaveNote.KEY).map(({ method }) => method),
      afterCommit: this.#afterCommit(),
    };
  }

  #commands(): ReadonlyMap<string, string> {
    const commands = new Map<string, string>();
    for (const { method, note } of this.#noted<CommandNote>(CommandNote.KEY)) {
      this.#sameContract(method, note);
      this.#known('command', note.name, this.contract.commands);
      const other = commands.get(note.name);
      if (other !== undefined) this.#fail(`has two methods for the command ${note.name}: ${other} and ${method}`);
      commands.set(note.name, method);
    }
    return commands;
  }

  #join(): string | undefined {
    const [first, second] = this.#noted<JoinNote>(JoinNote.KEY);
    if (first !== undefined) this.#sameContract(first.method, first.note);
    if (second !== undefined) this.#fail(`has two methods with @OnJoin: ${first?.method} and ${second.method}`);
    return first?.method;
  }

  #afterCommit(): RoomHandlers['afterCommit'] {
    return this.#noted<AfterCommitNote>(AfterCommitNote.KEY).map(({ method, note }) => {
      this.#sameContract(method, note);
      if (note.name !== undefined) this.#known('event', note.name, this.contract.events);
      return { method, event: note.name };
    });
  }

  #noted<T>(key: string): Noted<T>[] {
    const prototype = this.room.prototype as Record<string, object>;
    return this.#methods.flatMap((method) => {
      const note = Reflect.getMetadata(key, prototype[method] as object) as T | undefined;
      return note === undefined ? [] : [{ method, note }];
    });
  }

  #sameContract(method: string, { contract }: { readonly contract?: RoomContract }): void {
    if (contract !== undefined && contract !== this.contract)
      this.#fail(`is of the contract ${this.contract.kind}, but its ${method} is for another (${contract.kind})`);
  }

  #known(what: 'command' | 'event', name: string, names: object): void {
    if (has(names, name)) return;
    const known = Object.keys(names).join(', ') || 'none';
    this.#fail(`names the ${what} ${name}, which the contract of ${this.contract.kind} does not have (${known})`);
  }

  #fail(what: string): never {
    throw new DefinitionError(`${this.room.name} ${what}.`);
  }
}

/** @throws DefinitionError for a method that cannot ever run, or of which there may be one only. */
export const readHandlers = (room: Type<object>, contract: RoomContract): RoomHandlers =>
  new HandlerReader(room, contract).read();
