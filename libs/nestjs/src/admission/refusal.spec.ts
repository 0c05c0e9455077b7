import { describe, expect, test } from '@jest/globals';
import { BusyError, type RoomError } from '@greenroom/rooms';
import {
  BadRequestException,
  ConflictException,
  ForbiddenException,
  GoneException,
  HttpException,
  InternalServerErrorException,
  NotFoundException,
  PayloadTooLargeException,
  ServiceUnavailableException,
  UnauthorizedException,
  UnprocessableEntityException,
} from '@nestjs/common';
import { WsException } from '@nestjs/websockets';
import { z } from 'zod';
import { PipeRefusal, toRefusal } from './refusal.js';

const told = (thrown: unknown): object => ({ reason: undefined, ...toRefusal(thrown).toBody() });

describe('HTTP exceptions', () => {
  test.each<[HttpException, object]>([
    [new ForbiddenException('Forbidden resource'), { code: 'FORBIDDEN', reason: undefined }],
    [new ForbiddenException('muted'), { code: 'FORBIDDEN', reason: 'muted' }],
    [new ForbiddenException(), { code: 'FORBIDDEN', reason: undefined }],
    [new UnauthorizedException('expired'), { code: 'UNAUTHENTICATED', reason: 'expired' }],
    [new NotFoundException('no such room'), { code: 'FORBIDDEN', reason: undefined }],
    [new ConflictException('taken'), { code: 'REJECTED', reason: 'taken' }],
    [new GoneException(), { code: 'REJECTED' }],
    [new PayloadTooLargeException(), { code: 'TOO_LARGE' }],
    [new HttpException('slow down', 429), { code: 'RATE_LIMITED', retryable: true }],
    [new ServiceUnavailableException('db-7 is down'), { code: 'UNAVAILABLE', retryable: true }],
    [new InternalServerErrorException('db-7 is down'), { code: 'INTERNAL' }],
    [new BadRequestException('no text'), { code: 'INVALID', issues: [{ path: [], message: 'no text' }] }],
    [
      new BadRequestException(['a', 'b']),
      {
        code: 'INVALID',
        issues: [
          { path: [], message: 'a' },
          { path: [], message: 'b' },
        ],
      },
    ],
  ])('%s', (exception, body) => {
    expect(told(exception)).toMatchObject(body);
    expect(JSON.stringify(told(exception))).not.toContain('db-7');
  });
});

describe('WebSocket exceptions', () => {
  test.each<[WsException, object]>([
    [new WsException('not now'), { code: 'REJECTED', reason: 'not now' }],
    [new WsException({ message: 'not now' }), { code: 'REJECTED', reason: 'not now' }],
    [
      new WsException({ code: 'BUSY', message: 'Later.', retryAfterMs: 5 }),
      { code: 'BUSY', message: 'Later.', retryAfterMs: 5 },
    ],
    [new WsException({ code: 'FORBIDDEN', reason: 'muted' }), { code: 'FORBIDDEN', reason: 'muted' }],
    [new WsException({ code: 'E_MINE', message: 'not now' }), { code: 'REJECTED', reason: 'not now' }],
  ])('%s', (exception, body) => {
    expect(told(exception)).toMatchObject(body);
  });
});

describe('issues are found where validation libraries put them', () => {
  const zod = z.object({ text: z.string() }).safeParse({ text: 1 }).error;
  const validator = [
    { property: 'text', constraints: { isString: 'text must be a string' } },
    { property: 'deep', children: [{ property: 'er', constraints: { max: 'er is too large' } }] },
  ];
  const text = [{ path: ['text'] }];
  test.each<[string, unknown, object[]]>([
    ['zod, thrown by a pipe', new PipeRefusal(zod), text],
    ['zod, in an exception', new UnprocessableEntityException({ message: 'bad', errors: zod?.issues }), text],
    ['class-validator', new BadRequestException(validator), [{ path: ['text'] }, { path: ['deep', 'er'] }]],
    [
      'class-validator, under message',
      new BadRequestException({ message: validator }),
      [{ path: ['text'] }, { path: ['deep', 'er'] }],
    ],
    ['Standard Schema', new PipeRefusal({ issues: [{ message: 'no', path: [{ key: 'text' }] }] }), text],
  ])('%s', (_, thrown, issues) => {
    expect(told(thrown)).toMatchObject({ code: 'INVALID', issues });
  });

  test('but no more than twenty', () => {
    const refusal = toRefusal(new BadRequestException(Array.from({ length: 5000 }, (_, index) => `wrong ${index}`)));
    expect(refusal.issues).toHaveLength(20);
  });
});

test('a zod error from anywhere but a pipe is not about the client: INTERNAL', () => {
  const refusal = toRefusal(z.string().safeParse(1).error);
  expect(refusal.code).toBe('INTERNAL');
  expect(refusal.toBody().issues).toBeUndefined();
});

test.each([new Error('secret'), 'secret', null, undefined, 0, { code: 'FORBIDDEN', secret: true }])(
  'whatever else is thrown is INTERNAL, and not told: %p',
  (thrown) => {
    const refusal: RoomError = toRefusal(thrown);
    expect(refusal.code).toBe('INTERNAL');
    expect(JSON.stringify(refusal.toBody())).not.toContain('secret');
  },
);

test('a RoomError is as it is', () => {
  const error = new BusyError('The room');
  expect(toRefusal(error)).toBe(error);
  expect(toRefusal(new PipeRefusal(error))).toBe(error);
});
