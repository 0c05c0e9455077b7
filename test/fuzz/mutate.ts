import type { Dice } from '@greenroom/testing/faults';

/** Bytes that mean something in one of the grammars: JSON, MessagePack's headers, Socket.IO's and HTTP's marks. */
const TELLING = Buffer.from('{}[]",:\\-0123456789/ \r\n\u001e\u0000', 'latin1')
  .toJSON()
  .data.concat([
    0x7f, 0x80, 0x8f, 0x90, 0xc1, 0xc4, 0xc6, 0xc7, 0xc9, 0xca, 0xcf, 0xd3, 0xd4, 0xd8, 0xdb, 0xdd, 0xdf, 0xff,
  ]);

/** A valid sequence with a few things changed: what is close to right gets furthest. */
export function mutated(dice: Dice, bytes: Uint8Array): Buffer {
  let mutant = Buffer.from(bytes);
  for (let times = dice.int(1, 4); times > 0; times -= 1) {
    const at = dice.int(0, mutant.length);
    const length = Math.min(mutant.length - at, dice.int(1, 16));
    const [before, piece, after] = [
      mutant.subarray(0, at),
      mutant.subarray(at, at + length),
      mutant.subarray(at + length),
    ];
    const byte = Buffer.of(dice.chance(0.5) ? dice.pick(TELLING) : dice.int(0, 255));
    const choices = [
      [before, byte, piece.subarray(1), after],
      [before, byte, piece, after],
      [before, after],
      [before, piece, piece, after],
      [before, piece],
      [before, Buffer.alloc(dice.int(1, 200), byte), piece, after],
      [after, before],
    ];
    mutant = Buffer.concat(dice.pick(choices));
  }
  return mutant;
}

/** Bytes of no grammar. */
export const noise = (dice: Dice, most: number): Buffer =>
  Buffer.from(Array.from({ length: dice.int(0, most) }, () => dice.int(0, 255)));
