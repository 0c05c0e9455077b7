import { SetMetadata } from '@nestjs/common';

/**
 * Marks a class whose methods are entered from outside, in Nest's own way: for these alone does Nest make the app's
 * request-scoped and transient `APP_` enhancers.
 */
export const EntryProvider = (): ClassDecorator => SetMetadata('__entryProvider__', true);
