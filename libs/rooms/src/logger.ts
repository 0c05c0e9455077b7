/** Where the engine says what went wrong. Fields name the room, the input and the cause; never a payload. */
export interface RoomsLogger {
  warn(message: string, fields: Readonly<Record<string, unknown>>): void;
  error(message: string, fields: Readonly<Record<string, unknown>>): void;
}

export const SILENT: RoomsLogger = { warn: () => {}, error: () => {} };
