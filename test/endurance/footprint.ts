/** What a server holds, after everything that is garbage has gone. */
export interface Footprint {
  readonly heapBytes: number;
  /** Beside the heap, and held by it: buffers. */
  readonly externalBytes: number;
  /** What keeps the event loop going, by type. */
  readonly handles: Readonly<Record<string, number>>;
  /** Open files and sockets. */
  readonly files: number;
  /** Rooms that are loaded. */
  readonly rooms: number;
}

/** And what only a look at every object tells, which takes a second. */
export interface WholeFootprint extends Footprint {
  /** Timers that are pending, also those that keep nothing going. */
  readonly timers: number;
  /** Entries of all maps and sets of the process together: whatever is kept by room, session, user or address is in one. */
  readonly entries: number;
}
