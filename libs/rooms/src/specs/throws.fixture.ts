import {
  assign,
  emit,
  enqueueActions,
  fromCallback,
  fromObservable,
  fromPromise,
  setup,
  type AnyStateMachine,
} from 'xstate';
import { z } from 'zod';
import { defineRoom } from '../contract/contract.js';
import { outputs } from '../contract/outputs.js';
import { roomKind, type KindOptions, type RoomKind } from '../kind.js';
import { statechart } from '../room/statechart.js';

/** Each throws in a place of its own. */
export const IN_THE_TURN = [
  'guard',
  'assign',
  'emit',
  'entry',
  'exit',
  'enqueue',
  'delay',
  'always',
  'input',
  'spawnInput',
] as const;
export const AFTER_THE_COMMIT = ['action', 'entryAction', 'exitAction'] as const;
export const BESIDE = ['promise', 'promiseAtOnce', 'callback', 'callbackLater', 'observable'] as const;

const any = z.any();
const commands = Object.fromEntries(
  ['say', 'timer', 'calm', ...IN_THE_TURN, ...AFTER_THE_COMMIT, ...BESIDE].map((name) => [name, any]),
);
const Throws = defineRoom({ kind: 'throws', commands, events: { said: z.object({ text: z.string() }) } });
const out = outputs(Throws);

const types: { events?: { type: string; data: { text: string; ms: number } } } = {};

/** A room that fails wherever it is told to, by throwing `thrown`. */
const machine = (thrown: unknown): AnyStateMachine => {
  const fail = (): never => {
    throw thrown;
  };
  return setup({
    types,
    actors: {
      child: fromPromise(async () => 1),
      promise: fromPromise(async () => {
        await Promise.resolve();
        throw thrown;
      }),
      promiseAtOnce: fromPromise(() => fail()),
      callback: fromCallback(fail),
      callbackLater: fromCallback(({ sendBack, receive }) => {
        receive(fail);
        sendBack({ type: 'calmed' });
      }),
      observable: fromObservable(
        () =>
          ({
            subscribe: (observer: { error?: (error: unknown) => void }) => {
              void Promise.resolve().then(() => observer.error?.(thrown));
              return { unsubscribe: () => undefined };
            },
          }) as never,
      ),
    },
    guards: { fails: fail },
    delays: { asked: ({ event }) => event.data.ms, fails: fail },
  }).createMachine({
    initial: 'calm',
    context: {},
    on: {
      say: { actions: emit(({ event }) => out.said({ text: event.data.text })) },
      calm: '.calm',
      guard: { guard: 'fails' },
      assign: { actions: [emit(out.said({ text: 'must not be seen' })), assign(fail)] },
      emit: { actions: [emit(out.said({ text: 'must not be seen' })), emit(fail)] },
      enqueue: { actions: enqueueActions(fail) },
      action: { actions: fail },
      entry: '.entry',
      exit: '.exit',
      delay: '.delay',
      always: '.always',
      input: '.input',
      spawnInput: { actions: assign({ x: ({ spawn }) => void spawn('child', { input: fail() }) }) },
      entryAction: '.entryAction',
      exitAction: '.exitAction',
      timer: '.timer',
      promise: '.promise',
      promiseAtOnce: '.promiseAtOnce',
      callback: '.callback',
      callbackLater: '.callbackLater',
      observable: '.observable',
    },
    states: {
      calm: {},
      entry: { entry: assign(fail) },
      exit: { exit: assign(fail), always: 'calm' },
      delay: { after: { fails: 'calm' } },
      always: { always: { guard: 'fails', target: 'calm' } },
      input: { invoke: { src: 'child', input: fail } },
      entryAction: { entry: fail },
      exitAction: { exit: fail, always: 'calm' },
      timer: { after: { asked: { target: 'calm', actions: assign(fail) } } },
      promise: { invoke: { src: 'promise' } },
      promiseAtOnce: { invoke: { src: 'promiseAtOnce' } },
      callback: { invoke: { src: 'callback' } },
      callbackLater: { invoke: { src: 'callbackLater', id: 'later' } },
      observable: { invoke: { src: 'observable' } },
    },
  });
};

export const throwing = (
  thrown: unknown,
  options: KindOptions & Partial<Pick<RoomKind, 'view' | 'afterCommit'>> = {},
) => roomKind(Throws, { logic: statechart(machine(thrown)), durability: 'memory', ...options });

/** What somebody may throw. */
export const THROWN: readonly (readonly [what: string, thrown: unknown])[] = [
  ['an error', new Error('as asked')],
  ['undefined', undefined],
  ['null', null],
  ['a string', 'as asked'],
  ['a frozen object', Object.freeze({ code: 'INTERNAL' })],
  ['a symbol', Symbol('as asked')],
  [
    'an object that cannot be shown',
    {
      toString: () => {
        throw new Error('no');
      },
      get message(): string {
        throw new Error('no');
      },
    },
  ],
  ['an error with a huge message', new Error('x'.repeat(10_000_000))],
  ['what looks like a refusal', { name: 'RoomError', code: 'UNAVAILABLE', retryable: true }],
];
