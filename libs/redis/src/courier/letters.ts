import { decodeValue, encodeValue } from '@greenroom/protocol/values';
import {
  GapError,
  MovedError,
  NoSuchRoomError,
  NotAMemberError,
  RoomError,
  toRoomError,
  UnknownOutcomeError,
  type Envelope,
} from '@greenroom/rooms';

/** What travels between nodes. */
export type Letter =
  | { readonly type: 'request'; readonly id: number; readonly from: string; readonly envelope: Envelope }
  | { readonly type: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly refusal: Refusal }
  /** Sent to see whether anybody receives it. */
  | { readonly type: 'ping' };

/** A `RoomError` without its cause, which stays with the node that knows it. */
interface Refusal {
  readonly body: ReturnType<RoomError['toBody']>;
  readonly isNoSuchRoom: boolean;
  readonly isMoved: boolean;
  /** Of a `GapError`. */
  readonly gapAt: number | undefined;
  readonly hasMadeRoom: boolean;
}

export const writeLetter = (letter: Letter): Buffer => encodeValue(letter);
export const readLetter = (bytes: Buffer): Letter => decodeValue(bytes) as Letter;

export const refusalOf = (thrown: unknown): Refusal => {
  const error = toRoomError(thrown);
  return {
    body: error.toBody(),
    isNoSuchRoom: error instanceof NoSuchRoomError,
    isMoved: error instanceof MovedError,
    gapAt: error instanceof GapError ? error.index : undefined,
    hasMadeRoom: error.hasMadeRoom,
  };
};

export const errorOf = (refusal: Refusal): RoomError =>
  Object.assign(errorOfClass(refusal), { hasMadeRoom: refusal.hasMadeRoom });

/** Who asked looks for some by their class. */
const errorOfClass = ({ body, isNoSuchRoom, isMoved, gapAt }: Refusal): RoomError => {
  if (isNoSuchRoom) return new NoSuchRoomError();
  if (gapAt !== undefined) return new GapError(gapAt);
  if (isMoved) return new MovedError();
  switch (body.code) {
    case 'UNKNOWN_OUTCOME':
      return new UnknownOutcomeError();
    case 'NOT_A_MEMBER':
      return new NotAMemberError();
    default:
      return new RoomError(body.code, body.message, body);
  }
};
