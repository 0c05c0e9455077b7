import type { Type } from '@nestjs/common';
import { ContextIdFactory, ModuleRef, type ContextId, type DiscoveryService } from '@nestjs/core';

/** Nest's record of a provider. */
export type ProviderRecord = ReturnType<DiscoveryService['getProviders']>[number];

/** Nest lists records too that another of the same provider has replaced in its module; they are never loaded. */
export const isHeld = (record: ProviderRecord): boolean => record.host?.providers.get(record.token) === record;

/** A provider whose methods are entered from outside. */
export class Host {
  constructor(readonly record: ProviderRecord) {}

  get class(): Type<object> {
    return this.record.metatype as Type<object>;
  }

  /** It, or what guards it, is made anew for every operation: there is no instance that could be kept. */
  get isScoped(): boolean {
    return !this.record.isDependencyTreeStatic();
  }

  /** The one instance of a host that is not scoped. */
  get instance(): object {
    return this.record.instance as object;
  }

  /**
   * An instance with all that guards it, made for one operation: `REQUEST` is the connection.
   * @param connection `undefined`: an instance outside of any operation
   */
  async resolve(connection: object | undefined): Promise<{ instance: object; contextId: ContextId }> {
    const contextId = connection === undefined ? ContextIdFactory.create() : ContextIdFactory.getByRequest(connection);
    const own = this.record.host?.getProviderByKey(ModuleRef).instance as ModuleRef;
    // A durable tree is shared between connections, so it must see what they share: the strategy's payload.
    own.registerRequestByContextId(this.record.isDependencyTreeDurable() ? contextId.payload : connection, contextId);
    return { instance: await own.resolve<object>(this.class, contextId, { strict: true }), contextId };
  }
}
