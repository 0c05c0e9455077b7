import { DefinitionError } from '@greenroom/rooms';
import {
  ConfigurableModuleBuilder,
  Global,
  Module,
  Scope,
  type DynamicModule,
  type ModuleMetadata,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { DiscoveryModule, ModuleRef } from '@nestjs/core';
import { Pipelines } from '../admission/pipelines.js';
import { UpgradeRouterModule } from '../sockets/upgrade-router.module.js';
import { EndpointExplorer } from './endpoint-explorer.js';
import { Endpoints } from './endpoints.js';
import { EndpointsLifecycle } from './endpoints.lifecycle.js';
import { ENDPOINTS_OPTIONS, type EndpointsModuleOptions } from './endpoints.options.js';

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<EndpointsModuleOptions>({
  optionsInjectionToken: ENDPOINTS_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setExtras({}, (definition) => ({ ...definition, global: true, exports: [ENDPOINTS_OPTIONS] }))
  .build();

/** What serves all endpoints of an app, whoever lists them. */
@Global()
@Module({
  imports: [DiscoveryModule, UpgradeRouterModule],
  providers: [EndpointExplorer, Endpoints, EndpointsLifecycle, Pipelines],
  exports: [Endpoints],
})
class EndpointsCoreModule implements OnModuleInit {
  constructor(private readonly own: ModuleRef) {}

  /** @throws DefinitionError when Nest would, without a word, leave the endpoints unopened */
  onModuleInit(): void {
    if (this.own.introspect(EndpointsLifecycle).scope !== Scope.DEFAULT)
      throw new DefinitionError('EndpointsModule was given request-scoped options: endpoints outlive requests.');
  }
}

/** Holds the endpoint classes of one `forFeature`. */
@Module({})
class EndpointsFeatureModule {}

/**
 * WebSockets without rooms: `forFeature` wherever there are endpoint classes; `forRoot`, or `forRootAsync`, once where all of them
 * are to have other options than the default ones.
 */
@Module({ imports: [EndpointsCoreModule] })
export class EndpointsModule extends ConfigurableModuleClass {
  /**
   * Endpoint classes of a feature. One that several modules list is one endpoint still.
   * @param needs modules whose exports the classes inject. A class that injects from the module it belongs to is listed among that
   * module's `providers` instead, beside an import of `EndpointsModule.forFeature([])`.
   */
  static forFeature(endpoints: readonly Type<object>[], needs: Pick<ModuleMetadata, 'imports'> = {}): DynamicModule {
    return {
      module: EndpointsFeatureModule,
      providers: [...endpoints],
      imports: [EndpointsCoreModule, ...(needs.imports ?? [])],
    };
  }
}
