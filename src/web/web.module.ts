import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Inject,
  Module,
  type DynamicModule,
  type MiddlewareConsumer,
  type NestModule,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { ExpressAdapter } from '@nestjs/platform-express';
import helmet from 'helmet';
import { PAGES_DIR, PagesController } from './pages.controller.js';

/** Where the build puts the pages: from the sources and from what was built of them it is the same way. */
const BUILT = fileURLToPath(new URL('../../dist/pages/', import.meta.url));

/** A page may use what this server serves, and nothing else; nobody may put it into a page of theirs. */
const headers = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      // WebSockets of this host too.
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  xFrameOptions: { action: 'deny' },
  // For HTTPS, and for whoever puts this behind it: without, browsers say that they do not heed these.
  strictTransportSecurity: false,
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
});

/** The pages, and what every answer says to browsers. */
@Module({ controllers: [PagesController] })
export class WebModule implements NestModule, OnModuleInit {
  static serving(dir: string = BUILT): DynamicModule {
    return { module: WebModule, providers: [{ provide: PAGES_DIR, useValue: dir }] };
  }

  constructor(
    private readonly host: HttpAdapterHost<ExpressAdapter>,
    @Inject(PAGES_DIR) private readonly dir: string,
  ) {}

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(headers).forRoutes('{*all}');
  }

  /** Their names carry a hash of what is in them. */
  onModuleInit(): void {
    this.host.httpAdapter.useStaticAssets(join(this.dir, 'assets'), {
      prefix: '/assets/',
      immutable: true,
      maxAge: '1y',
      index: false,
      redirect: false,
    });
  }
}
