import type { JoinReply, Position } from '@greenroom/protocol';
import type { SendResult } from '@greenroom/rooms';

/** What came back through the interceptors is still the reply to this operation. */
const isSame = (
  out: unknown,
  { epoch, seq }: Position,
): out is { position: Position; data?: unknown; view?: unknown } => {
  if (typeof out !== 'object' || out === null || !('position' in out)) return false;
  const { position } = out;
  if (typeof position !== 'object' || position === null) return false;
  return 'epoch' in position && 'seq' in position && position.epoch === epoch && position.seq === seq;
};

/**
 * An interceptor may change the `data` of a command's reply, and nothing of what happened. What is no reply any more (an
 * interceptor that wraps all responses of an app) is left out.
 */
export const amendResult = (reply: SendResult, out: unknown): SendResult => {
  if (out === reply || !isSame(out, reply.position)) return reply;
  const { data: _, ...fixed } = reply;
  return out.data === undefined ? fixed : { ...fixed, data: out.data };
};

/** As {@link amendResult}, for the `view` of a join that recovered nothing. */
export const amendJoin = (reply: JoinReply, out: unknown): JoinReply =>
  out === reply || reply.recovered || !isSame(out, reply.position) || out.view === undefined
    ? reply
    : { ...reply, view: out.view };
