import { inspect } from 'node:util';
import { DefinitionError } from '@greenroom/rooms';
import { Inject, Injectable, Optional, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { Host, isHeld, type ProviderRecord } from '../admission/host.js';
import { hasParameters } from '../admission/param-metadata.js';
import { Pipelines } from '../admission/pipelines.js';
import { checkOptions } from './check-options.js';
import type { EndpointDefinition } from './endpoint-definition.js';
import { endpointSettings } from './endpoint.options.js';
import { ENDPOINTS_OPTIONS, type EndpointsModuleOptions } from './endpoints.options.js';
import { HANDLER_NOTES, type Happening } from './handlers.decorators.js';
import { EndpointNote } from './web-socket-endpoint.decorator.js';

/** No query, no fragment, no spaces: it is compared with what clients ask for, letter by letter. */
const PATH = /^\/[^\s?#]*$/;
/** Handlers that are called as they are: nothing stands between, so nothing on their parameters would run. */
const PLAIN: readonly Happening[] = ['OnConnect', 'OnClose', 'OnError'];

/** Finds the app's endpoint classes. */
@Injectable()
export class EndpointExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly pipelines: Pipelines,
    @Optional() @Inject(ENDPOINTS_OPTIONS) private readonly options: EndpointsModuleOptions = {},
  ) {}

  /**
   * The endpoint classes among all modules' providers; one that several modules list counts once.
   * @throws DefinitionError for what cannot work, or would work unguarded
   */
  explore(): EndpointDefinition[] {
    checkOptions('EndpointsModule.forRoot', this.options);
    const byPath = new Map<string, EndpointDefinition>();
    for (const record of this.discovery.getProviders({ metadataKey: EndpointNote.KEY }).filter(isHeld)) {
      const note = this.discovery.getMetadataByDecorator(EndpointNote, record) as EndpointNote;
      const other = byPath.get(note.path)?.host.class;
      if (other !== undefined && other === record.metatype) continue;
      if (other !== undefined)
        throw new DefinitionError(`${other.name} and ${record.name} are both endpoints of the path ${note.path}.`);
      byPath.set(note.path, this.#define(record, note));
    }
    return [...byPath.values()];
  }

  #define(record: ProviderRecord, { path, options }: EndpointNote): EndpointDefinition {
    const host = new Host(record);
    const { name } = host.class;
    if (typeof path !== 'string' || !PATH.test(path))
      throw new DefinitionError(`${name}: ${inspect(path)} is no path: write one as '/ws', without a query.`);
    checkOptions(name, options);
    this.pipelines.ensureGuarded(host);
    if (host.isScoped)
      throw new DefinitionError(
        `${name}, something it depends on, or an enhancer around it is request-scoped: an endpoint has one instance, which handles all its connections.`,
      );
    return { path, host, settings: endpointSettings(this.options, options), methods: methodsOf(host.class) };
  }
}

function methodsOf(host: Type<object>): EndpointDefinition['methods'] {
  const methods = new Map<Happening, string>();
  const prototype = host.prototype as Record<string, object>;
  for (const method of new MetadataScanner().getAllMethodNames(prototype)) {
    for (const [happening, { KEY }] of Object.entries(HANDLER_NOTES) as [Happening, { KEY: string }][]) {
      if (!Reflect.hasMetadata(KEY, prototype[method] as object)) continue;
      const other = methods.get(happening);
      if (other !== undefined)
        throw new DefinitionError(`${host.name} has two methods with @${happening}: ${other} and ${method}.`);
      if (PLAIN.includes(happening) && hasParameters(host, method))
        throw new DefinitionError(
          `${host.name}.${method} is called by @${happening} with its arguments as they are: decorators on its parameters are for @OnMessage and @OnBinary.`,
        );
      methods.set(happening, method);
    }
  }
  if (methods.size > 0) return methods;
  const decorators = Object.keys(HANDLER_NOTES).map((happening) => `@${happening}`);
  throw new DefinitionError(`${host.name} handles nothing: it has no method with ${decorators.join(', ')}.`);
}
