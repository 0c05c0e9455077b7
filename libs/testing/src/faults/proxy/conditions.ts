/** How a connection through the proxy behaves while it lives. */
export interface Conditions {
  /** Bytes arrive so many milliseconds late, in either direction. @default 0 */
  readonly delayMs: number;
  /** And up to so many more, by chance; order is kept. @default 0 */
  readonly jitterMs: number;
  /** In each direction. @default Infinity */
  readonly bytesPerSecond: number;
}

export const CLEAR: Conditions = { delayMs: 0, jitterMs: 0, bytesPerSecond: Infinity };

/** How a connection is cut. `reset`: RST, what is under way is lost. `finish`: FIN, after what is under way. */
export type Cut = 'reset' | 'finish';
