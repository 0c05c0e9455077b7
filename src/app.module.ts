import { JwtAuthenticator, RoomsModule, type StoreSource } from '@greenroom/nestjs';
import { EndpointsModule } from '@greenroom/nestjs/endpoint';
import { Module, type DynamicModule } from '@nestjs/common';
import { AlarmRoom } from './alarm/alarm.room.js';
import { AuthModule } from './auth/auth.module.js';
import { ISSUER } from './auth/auth.service.js';
import { ChatRoom } from './chat/chat.room.js';
import { EchoRoom } from './echo/echo.room.js';
import { HealthController } from './health/health.controller.js';
import { OpenChatEndpoint } from './open-chat/open-chat.endpoint.js';
import { OperatorModule } from './operator/operator.module.js';
import { ClosedRootGateway } from './root/closed-root.gateway.js';
import { WebModule } from './web/web.module.js';

export interface AppOptions {
  /** What tokens are signed with, at least 32 bytes. */
  readonly secret: string;
  /** Where rooms are kept, and what connects this process with others. */
  readonly store: StoreSource;
  /** Origins, besides the server's own, whose pages may connect. */
  readonly allowedOrigins: readonly string[];
  /** How many proxies in front are ours. @default 0 */
  readonly trustProxy?: number;
  /** `false` lifts rates and connection counts. */
  readonly rateLimit: boolean;
  /** Who has it may ask what this node does. @default nobody may */
  readonly operatorToken?: string | undefined;
  /** Folder of the built pages. @default where the build puts them */
  readonly pagesDir?: string;
}

/** The demo: a user's app. */
@Module({
  imports: [RoomsModule.forFeature([ChatRoom, EchoRoom, AlarmRoom]), EndpointsModule.forFeature([OpenChatEndpoint])],
  controllers: [HealthController],
  providers: [ClosedRootGateway],
})
export class AppModule {
  static with(options: AppOptions): DynamicModule {
    const { secret, store, allowedOrigins, trustProxy = 0, rateLimit, operatorToken, pagesDir } = options;
    const authenticator = new JwtAuthenticator({ secret, issuer: ISSUER });
    const rooms = RoomsModule.forRoot({ store, authenticator, origins: allowedOrigins, trustProxy, rateLimit });
    const endpoints = EndpointsModule.forRoot({ trustProxy, rateLimit });
    const pages = WebModule.serving(pagesDir);
    const operator = OperatorModule.for(operatorToken);
    return { module: AppModule, imports: [rooms, endpoints, AuthModule.signingWith(secret), operator, pages] };
  }
}
