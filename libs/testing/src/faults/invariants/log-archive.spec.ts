import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { barrierAfter, MemoryRoomStore, type Entry } from '@greenroom/rooms';
import { ObservationWriter, observationsOf } from '../observations/observation-file.js';
import type { Observation } from '../observations/observation.js';
import { LogArchive } from './log-archive.js';

const entry = (epoch: number, seq: number, text: string): Entry => ({
  epoch,
  seq,
  last: seq,
  index: seq - 2,
  at: seq,
  id: `e${seq}`,
  seed: 0,
  input: { type: 'outside', event: null },
  events: [{ seq, name: 'said', data: { text } }],
});

it('an archive has what was trimmed between two looks at a store', async () => {
  const store = new MemoryRoomStore();
  const claim = await store.claim('talk/a', 'n', 1, true);
  if (claim === undefined) throw new Error('no claim');
  const { epoch } = claim;
  const archive = new LogArchive();
  const write = (...entries: Entry[]) =>
    store.append('talk/a', { epoch, owner: 'n' }, { entries, durability: 'fsync', deadline: undefined });
  await write(entry(epoch, 2, 'a'), entry(epoch, 3, 'b'));
  await archive.look(store, ['talk']);
  await store.saveSnapshot(
    'talk/a',
    { epoch, owner: 'n' },
    { seq: 3, state: 0 },
    { index: 0, seq: 4, after: 0 },
    undefined,
  );
  await write(entry(epoch, 4, 'c'));
  await archive.look(store, ['talk']);
  const [log] = archive.logs(() => 'all');
  expect(log?.entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(archive.violations).toEqual([]);
});

it('an archive notes that a log is another than it was', async () => {
  const archive = new LogArchive();
  const look = (...entries: Entry[]) =>
    archive.look(
      {
        list: async () => ['a'],
        read: async (_address, { after = 0 }) => entries.filter(({ last }) => last > after),
      },
      ['talk'],
    );
  const barrier = barrierAfter(undefined, 'n', 1);
  await look(barrier, entry(1, 2, 'a'), entry(1, 3, 'b'));
  await look(barrier, { ...entry(1, 2, 'a'), id: 'other' });
  expect(archive.violations.map(({ message }) => message)).toEqual([
    'the entry at 2 is another than it was',
    'the entry at 3 is gone: the log ends at 2',
  ]);
});

it('observations come back from their file as they went in, as often as they are asked for', () => {
  const dir = mkdtempSync(join(tmpdir(), 'greenroom-observations-'));
  const writer = new ObservationWriter(join(dir, 'all.jsonl'));
  const all = Array.from({ length: 5000 }, (_, n): Observation => ({
    type: 'viewed',
    room: `talk/${n}`,
    view: 'ä€😀'.repeat(n % 50),
  }));
  for (const observation of all) writer.write(observation);
  writer.close();
  const kept = observationsOf(writer.path);
  expect([...kept]).toEqual(all);
  expect([...kept]).toHaveLength(all.length);
  rmSync(dir, { recursive: true });
});
