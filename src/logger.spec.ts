import { expect, test } from '@jest/globals';
import { PinoLogger } from './logger.js';
import type { LogLevel } from './config.js';

const lines = (level: LogLevel, write: (logger: PinoLogger) => void): unknown[] => {
  const written: unknown[] = [];
  write(new PinoLogger(level, { write: (line) => void written.push(JSON.parse(line)) }));
  return written;
};

test('a line tells its level, its time, where it comes from and what it is about', () => {
  expect(lines('info', (logger) => logger.log('started', { rooms: 3 }, 'Rooms'))).toEqual([
    { level: 30, time: expect.any(Number), context: 'Rooms', details: [{ rooms: 3 }], msg: 'started' },
  ]);
});

test('an error comes with its stack, wherever Nest puts it', () => {
  const error = new Error('broken');
  const [first, second] = lines('info', (logger) => {
    logger.error(error);
    logger.error('could not', error, 'Rooms');
  });
  expect(first).toMatchObject({ level: 50, msg: 'broken', err: { stack: expect.stringContaining('broken') } });
  expect(second).toMatchObject({ context: 'Rooms', msg: 'could not', err: { message: 'broken' } });
});

test('what is below the level is not written', () => {
  expect(lines('warn', (logger) => logger.log('quiet'))).toEqual([]);
  expect(lines('silent', (logger) => logger.fatal('quiet'))).toEqual([]);
  expect(lines('trace', (logger) => logger.verbose('loud'))).toHaveLength(1);
});
