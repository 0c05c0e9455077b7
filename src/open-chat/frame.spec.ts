import { describe, expect, it } from '@jest/globals';
import { readFrame } from './frame.js';

it('a join names its sender', () => {
  expect(readFrame('{"type":"join","username":"Alice"}')).toEqual({ type: 'join', username: 'Alice' });
  expect(readFrame(' { "username": " Zoë 🦉 ", "text": "hi", "type": "join" }')).toEqual({
    type: 'join',
    username: 'Zoë 🦉',
  });
});

it('a name that is too long is cut, between characters', () => {
  const join = (username: string) => readFrame(JSON.stringify({ type: 'join', username }));
  expect(join('x'.repeat(60_000))).toEqual({ type: 'join', username: 'x'.repeat(64) });
  expect(join('🦉'.repeat(100))).toEqual({ type: 'join', username: '🦉'.repeat(64) });
  expect(join(`x${'🦉'.repeat(100)}`)).toEqual({ type: 'join', username: `x${'🦉'.repeat(63)}` });
});

it("a message's text is its field of that name", () => {
  expect(readFrame('{"text":"hi"}')).toEqual({ type: 'message', text: 'hi' });
  expect(readFrame('{"type":"message","text":""}')).toEqual({ type: 'message', text: '' });
  expect(readFrame('{"type":"leave","user":"Ben","text":"I am not Ben"}')).toEqual({
    type: 'message',
    text: 'I am not Ben',
  });
});

describe('anything else is a message as it stands:', () => {
  it.each([
    'hello',
    '',
    ' ',
    '{"type":"join"}',
    '{"type":"join","username":""}',
    '{"type":"join","username":"  "}',
    '{"type":"join","username":5}',
    '{"type":"join","username":null}',
    '{"type":"join","username":["Alice"]}',
    '{"type":"join","username":{"toString":"x"}}',
    '{"type":["join"],"username":"Alice"}',
    '{"type":"JOIN","username":"Alice"}',
    '{"text":5}',
    '{"text":null}',
    '{"text":{"text":"x"}}',
    '[]',
    '["text"]',
    '[{"text":"x"}]',
    'null',
    '5',
    '"text"',
    'true',
    '{}',
    '{"__proto__":{"text":"x"}}',
    '{"__proto__":{"type":"join","username":"Alice"}}',
    '{"constructor":{"prototype":{"text":"x"}}}',
    '{"text":"hi"',
    '{"type":"message","user":"Ben"}',
    '\u0000',
    '\u2028',
    '"}, {"type":"leave","user":"Ben"}',
  ])('%j', (frame) => {
    expect(readFrame(frame)).toEqual({ type: 'message', text: frame });
    expect(({} as { text?: unknown }).text).toBeUndefined();
  });

  it('JSON as deep as a frame can be', () => {
    for (const deep of ['['.repeat(65_000), `${'['.repeat(32_000)}${']'.repeat(32_000)}`, '{"a":'.repeat(13_000)])
      expect(readFrame(deep)).toEqual({ type: 'message', text: deep });
  });
});
