import type { RoomsConnection } from '../gateway/rooms-connection.js';
import type { Admitting } from './operation.js';
import type { Innermost, Pipeline } from './pipelines.js';

/** The way of one operation on rooms. */
export type RoomPipeline = Pipeline<RoomsConnection, Admitting>;
export type RoomInnermost = Innermost<RoomsConnection, Admitting>;
