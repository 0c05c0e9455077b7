import { afterEach, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { NestRoomsLogger } from './nest-rooms-logger.js';

afterEach(() => Logger.overrideLogger(false));

const written = (write: (logger: NestRoomsLogger) => void): unknown[][] => {
  const all: unknown[][] = [];
  const note = (...given: unknown[]): void => void all.push(given);
  Logger.overrideLogger({ log: note, warn: note, error: note });
  write(new NestRoomsLogger());
  return all;
};

it('a line says what happened, where, and why', () => {
  const cause = new Error('broken');
  const [warned, failed] = written((logger) => {
    logger.warn('a room is loaded again', { room: 'chat/cats', tries: 3 });
    logger.error('a turn failed', { room: 'chat/cats', cause });
  });
  expect(warned).toEqual(['a room is loaded again (room=chat/cats, tries=3)', 'Rooms']);
  expect(failed).toEqual(['a turn failed (room=chat/cats, cause=broken)', cause.stack, 'Rooms']);
});

it('of a failure all reasons are told, each once, also where one is its own', () => {
  const memory = new Error("OOM command not allowed when used memory > 'maxmemory'.");
  const refused = new Error(memory.message, { cause: memory });
  const endless = new Error('again.');
  endless.cause = new Error('and again.', { cause: endless });
  const [full, odd] = written((logger) => {
    logger.warn('a room is loaded again', { cause: new Error('Redis refused the write.', { cause: refused }) });
    logger.warn('hm', { cause: endless });
  });
  expect(full?.[0]).toBe(`a room is loaded again (cause=Redis refused the write. ${memory.message})`);
  expect(odd?.[0]).toMatch(/^hm \(cause=again\. and again\. .{1,100}\)$/);
});

it('is one line, whatever a client has put into it, and no longer than anybody wants to read', () => {
  const forged = 'Ann\r\n[Nest] ERROR forged\u001b[2J\u009b31m\u2028\u202eevil';
  const [line] = written((logger) =>
    logger.warn(`failed at ${forged}`, { forged, cause: new Error(forged), rooms: [forged], long: 'x'.repeat(1e6) }),
  );
  const text = String(line?.[0]);
  expect(text).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
  expect(text).toContain('forged=Ann\\u{d}\\u{a}[Nest] ERROR forged\\u{1b}[2J');
  expect(text.length).toBeLessThan(3000);
});
