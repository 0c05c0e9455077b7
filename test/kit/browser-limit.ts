import { jest } from '@jest/globals';

/** Of a test, or a hook: a backstop for what hangs. Whatever is waited for in it has less, and is told by its name. */
jest.setTimeout(120_000);
