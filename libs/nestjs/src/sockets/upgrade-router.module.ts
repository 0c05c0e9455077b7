import { Module } from '@nestjs/common';
import { UpgradeRouter } from './upgrade-router.js';

/** The application's one {@link UpgradeRouter}, for whatever serves WebSockets on its port. */
@Module({ providers: [UpgradeRouter], exports: [UpgradeRouter] })
export class UpgradeRouterModule {}
