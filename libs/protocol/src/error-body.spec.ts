import { describe, it, expect } from '@jest/globals';
import { errorBody } from './error-body.js';
import { ERROR_CODES, isRetryable } from './error-code.js';

describe('errors', () => {
  it('have the closed list of codes of protocol.md', () => {
    expect(ERROR_CODES.join(' ')).toBe(
      'BAD_FRAME UNKNOWN_OP BAD_ADDRESS UNKNOWN_KIND UNAUTHENTICATED FORBIDDEN NOT_A_MEMBER UNKNOWN_COMMAND INVALID ' +
        'REJECTED TOO_LARGE RATE_LIMITED BUSY ROOM_FULL ROOM_CLOSED DIVERGED UNAVAILABLE UNKNOWN_OUTCOME INTERNAL',
    );
  });

  it('are retryable for exactly four codes, and a body says so', () => {
    const retryable = ERROR_CODES.filter((code) => isRetryable(code));
    expect(retryable).toEqual(['RATE_LIMITED', 'BUSY', 'UNAVAILABLE', 'UNKNOWN_OUTCOME']);
    for (const code of ERROR_CODES) expect(errorBody(code, 'm').retryable).toBe(retryable.includes(code));
  });

  it('say no more than they know', () => {
    expect(errorBody('INTERNAL', 'm', { reason: undefined })).toStrictEqual({
      code: 'INTERNAL',
      message: 'm',
      retryable: false,
    });
    const extra = { retryAfterMs: 0, reason: '', issues: [{ path: ['a', 0], message: 'x' }] };
    expect(errorBody('BUSY', 'm', extra)).toStrictEqual({ code: 'BUSY', message: 'm', retryable: true, ...extra });
  });
});
