import { describe, expect, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { assign, emit, setup } from 'xstate';
import { z } from 'zod';
import { command, defineRoom, directed } from './contract.js';
import type { DataOf, EventOf, MemberOf, ReplyOf, SendOf } from '@greenroom/protocol';
import { outputs } from './outputs.js';
import { roomTypes } from './room-types.js';
import { bytes } from './schema.js';

const Chat = defineRoom({
  kind: 'chat',
  params: z.object({ topic: z.string().default('general') }),
  join: z.object({ password: z.string() }),
  member: z.object({ name: z.string(), role: z.enum(['member', 'moderator']) }),
  commands: {
    say: z.object({ text: z.string(), urgent: z.boolean().default(false) }),
    add: command(z.object({ a: z.number() }), z.object({ sum: z.number() })),
    upload: bytes,
  },
  events: { message: z.object({ text: z.string() }), hand: directed(z.object({ cards: z.array(z.number()) })) },
});
const out = outputs(Chat);

describe('a contract', () => {
  it('tells the types of everything from its schemas', () => {
    expectTypeOf<SendOf<typeof Chat, 'say'>>().toEqualTypeOf<{ text: string; urgent?: boolean | undefined }>();
    expectTypeOf<DataOf<typeof Chat, 'say'>>().toEqualTypeOf<{ text: string; urgent: boolean }>();
    expectTypeOf<ReplyOf<typeof Chat, 'add'>>().toEqualTypeOf<{ sum: number }>();
    expectTypeOf<ReplyOf<typeof Chat, 'say'>>().toEqualTypeOf<undefined>();
    expectTypeOf<EventOf<typeof Chat, 'hand'>>().toEqualTypeOf<{ cards: number[] }>();
    expectTypeOf<DataOf<typeof Chat, 'upload'>>().toEqualTypeOf<Uint8Array>();
    expectTypeOf<MemberOf<typeof Chat>['role']>().toEqualTypeOf<'member' | 'moderator'>();
  });

  it('has builders that a machine emits, and no others', () => {
    expect(out.message({ text: 'x' })).toEqual({ type: 'message', data: { text: 'x' } });
    expect(out.message({ text: 'x' }, { except: 'ann' })).toEqual({
      type: 'message',
      data: { text: 'x' },
      except: 'ann',
    });
    expect(out.hand(['ann'], { cards: [1] })).toEqual({ type: 'hand', data: { cards: [1] }, to: ['ann'] });
    expect(out.room.reject('no')).toEqual({ type: 'room.reject', reason: 'no', code: 'REJECTED' });
    // @ts-expect-error no such event
    expect(() => out.massage({ text: 'x' })).toThrow(TypeError);
    // @ts-expect-error wrong payload
    out.message({ txt: 'x' });
    // @ts-expect-error a directed event without its recipients
    out.hand({ cards: [1] });
    // @ts-expect-error a misspelt audience
    out.message({ text: 'x' }, { exept: 'ann' });
    // @ts-expect-error a reply to no command
    out.room.reply('ad', { sum: 1 });
    // @ts-expect-error a reply of the wrong shape
    out.room.reply('add', { sum: '1' });
  });

  it('ties a machine to itself', () => {
    const machine = setup({ types: roomTypes<typeof Chat, { said: string[] }>() });
    machine.createMachine({
      context: ({ input }) => ({ said: [input.params.topic] }),
      on: {
        say: {
          actions: [
            assign({ said: ({ context, event }) => [...context.said, event.data.text, event.by.role] }),
            emit(({ event }) => out.message({ text: event.data.text })),
          ],
        },
        'room.join': { guard: ({ event }) => event.data.password === 'x' },
      },
    });
    machine.createMachine({
      context: { said: [] },
      on: {
        // @ts-expect-error no such command
        sya: {},
      },
    });
    machine.createMachine({
      context: { said: [] },
      on: {
        say: {
          // @ts-expect-error no such field in its data
          actions: ({ event }) => event.data.txt,
        },
      },
    });
    machine.createMachine({
      context: { said: [] },
      on: {
        // @ts-expect-error no such event
        say: { actions: emit({ type: 'massage', data: {} }) },
      },
    });
  });

  it('takes only payloads that can cross the wire', () => {
    const kind = 'x';
    // @ts-expect-error payloads are JSON or bytes
    defineRoom({ kind, commands: { at: z.object({ when: z.date() }) }, events: {} });
    // @ts-expect-error payloads are JSON or bytes
    defineRoom({ kind, commands: {}, events: { seen: z.map(z.string(), z.number()) } });
    // @ts-expect-error payloads are JSON or bytes
    defineRoom({ kind, commands: {}, events: { seen: directed(z.set(z.string())) } });
    // @ts-expect-error payloads are JSON or bytes
    defineRoom({ kind, commands: { ask: command(z.object({}), z.object({ big: z.bigint() })) }, events: {} });
    // @ts-expect-error payloads are JSON or bytes
    defineRoom({ kind, view: z.object({ deep: z.array(z.object({ at: z.date() })) }), commands: {}, events: {} });
    const recursive: z.ZodType<{ children: { name: string }[] }> = z.object({
      children: z.array(z.object({ name: z.string() })),
    });
    defineRoom({ kind, commands: { tree: recursive, any: z.any(), unknown: z.unknown() }, events: {} });
  });

  it('refuses reserved names and bad kinds in one sentence', () => {
    const events = {};
    expect(() => defineRoom({ kind: 'a b', commands: {}, events })).toThrow('A room cannot be of kind "a b".');
    expect(() => defineRoom({ kind: 'a', commands: { 'room.join': z.any() }, events })).toThrow(/reserved/);
    expect(() => defineRoom({ kind: 'a', commands: {}, events: { 'xstate.x': z.any() } })).toThrow(/reserved/);
    expect(() => defineRoom({ kind: 'a', commands: { '*': z.any() }, events })).toThrow(/name/);
  });
});
