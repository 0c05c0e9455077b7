import { DefinitionError, InvalidError, type RoomContract } from '@greenroom/rooms';
import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { checkProfile } from '../admission/contract-check.js';
import { Host, isHeld, type ProviderRecord } from '../admission/host.js';
import { Pipelines } from '../admission/pipelines.js';
import { RoomNote } from '../decorators/room.decorator.js';
import { checksOf, type RoomsModuleOptions } from '../rooms.options.js';
import { ROOMS_OPTIONS } from '../rooms.tokens.js';
import type { RoomDefinition, RoomHandlers } from './room-definition.js';
import { readHandlers } from './room-handlers.js';
import { roomKind } from './room-kind.js';

/** Finds the app's room classes. */
@Injectable()
export class RoomExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly pipelines: Pipelines,
    @Inject(ROOMS_OPTIONS) private readonly options: RoomsModuleOptions,
  ) {}

  /**
   * The room classes among all modules' providers; one that several modules list counts once.
   * @throws DefinitionError for what cannot work, or would work unguarded
   */
  async explore(): Promise<RoomDefinition[]> {
    const byKind = new Map<string, RoomDefinition>();
    for (const record of this.discovery.getProviders({ metadataKey: RoomNote.KEY }).filter(isHeld)) {
      const { contract, options } = this.discovery.getMetadataByDecorator(RoomNote, record) as RoomNote;
      const other = byKind.get(contract.kind)?.host.class;
      if (other !== undefined && other === record.metatype) continue;
      if (other !== undefined)
        throw new DefinitionError(`${other.name} and ${record.name} are both rooms of kind ${contract.kind}.`);
      byKind.set(contract.kind, await this.#define(record, { contract, options }));
    }
    return [...byKind.values()];
  }

  async #define(record: ProviderRecord, note: RoomNote): Promise<RoomDefinition> {
    const host = new Host(record);
    this.pipelines.ensureGuarded(host);
    const handlers = readHandlers(host.class, note.contract);
    await this.#ensureProfile(host, note.contract, handlers);
    // A scoped class has no instance to keep; what runs outside of any operation gets one of its own.
    const instance = host.isScoped ? (await host.resolve(undefined)).instance : host.instance;
    const checks = checksOf(this.options);
    return { host, handlers, kind: roomKind(host.class.name, note, handlers, instance, checks) };
  }

  async #ensureProfile(host: Host, contract: RoomContract, { join }: RoomHandlers): Promise<void> {
    if (join !== undefined) return;
    const issues = await checkProfile(contract, { name: 'name' }).then(
      () => [],
      (thrown: unknown) => (thrown instanceof InvalidError ? (thrown.issues ?? []) : []),
    );
    // Real names may well pass where this one does not.
    if (issues.some(({ path }) => path[0] !== 'name'))
      throw new DefinitionError(
        `${host.class.name} needs a method with @OnJoin: a member of ${contract.kind} is more than { name }.`,
      );
  }
}
