/** What the module asks of the carriers: the sockets of this process. PLACEHOLDER for `gateway/connections.ts`. */
export interface Connections {
  /** Ends every connection this process has of a user. Returns how many. */
  disconnectUser(userId: string, reason: string): number;
  /** Lets nobody in any more and ends all connections. Resolves when all have been told. */
  drain(reason: string): Promise<void>;
}
