/** What the compiler promises of the wire's unions. Checked by `tsc`, never run. */
import { expectTypeOf } from 'expect-type';
import type { Address, ErrorCode, JoinReply, Operation, Push, Reply, WireEvent } from './index.js';

declare const operation: Operation;
if (operation.op === 'send') {
  expectTypeOf(operation.address).toEqualTypeOf<Address>();
  expectTypeOf(operation.data).toEqualTypeOf<unknown>();
}
expectTypeOf<Operation['op']>().toEqualTypeOf<
  'hello' | 'auth' | 'join' | 'members' | 'leave' | 'send' | 'signal' | 'history' | 'ping'
>();

declare const reply: Reply<JoinReply>;
if (!reply.ok) expectTypeOf(reply.error.code).toEqualTypeOf<ErrorCode>();
else if (reply.recovered) expectTypeOf(reply.events).toEqualTypeOf<readonly WireEvent[]>();
else expectTypeOf(reply.view).toEqualTypeOf<unknown>();

expectTypeOf<Push['op']>().toEqualTypeOf<
  'hello' | 'events' | 'signal' | 'presence' | 'state' | 'reset' | 'closed' | 'goodbye'
>();
