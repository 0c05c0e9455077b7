import { describe, it, expect } from '@jest/globals';
import { CLOSE } from './close-code.js';

describe('close codes', () => {
  it('are those of protocol.md', () => {
    expect(CLOSE).toEqual({
      draining: 1001,
      tooLarge: 1009,
      notThisProtocol: 4400,
      unauthenticated: 4401,
      refused: 4403,
      slowReader: 4408,
      tooMany: 4429,
    });
  });
});
