/** Where the server keeps its rooms: in memory, in a folder of its own, or on a Redis, which several nodes of it share. */
export type Keeping = 'memory' | 'disk' | 'redis';

/** Nodes on one Redis. */
export const NODES = 3;
