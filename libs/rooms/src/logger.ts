/** Where the engine says what went wrong. Fields name the room, the input and the cause; never a payload. */
export interface RoomsLogger {
  warn(message: string, fields: Readonly<Record<string, unknown>>): void;
  error(message: string, fields: Readonly<Record<string, unknown>>): void;
}

export const SILENT: RoomsLogger = { warn: () => {}, error: () => {} };

/** A logger whose own failures cost nothing. */
export const sturdy = (logger: RoomsLogger): RoomsLogger => {
  const told =
    (level: keyof RoomsLogger): RoomsLogger[typeof level] =>
    (message, fields) => {
      try {
        logger[level](message, fields);
      } catch {
        // There is nobody left to tell.
      }
    };
  return { warn: told('warn'), error: told('error') };
};
