import { Module, type DynamicModule } from '@nestjs/common';
import { OperatorController } from './operator.controller.js';
import { OPERATOR_TOKEN } from './operator.guard.js';

@Module({ controllers: [OperatorController] })
export class OperatorModule {
  /** @param token what operators show; without one there are none */
  static for(token: string | undefined): DynamicModule {
    return { module: OperatorModule, providers: [{ provide: OPERATOR_TOKEN, useValue: token ?? null }] };
  }
}
