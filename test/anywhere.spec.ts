import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { COMINGS } from './anywhere/comings.js';
import { Places, type Place } from './anywhere/places.js';
import type { Play } from './anywhere/scene.js';
import { TALK } from './anywhere/talk.js';
import { told } from './anywhere/told.js';
import type { Client } from './kit/client.js';
import { CARRIERS, Clients, type Carrier } from './kit/clients.js';

const clients = new Clients();
let places: Places;
beforeAll(async () => {
  places = await Places.open();
});
afterEach(() => clients.close());
afterAll(() => places.close());

/** Told besides answers. Presence and signals are gathered and dropped as it happens; how events come in frames, too. */
const ENDS: ReadonlySet<string> = new Set(['closed', 'reset', 'goodbye']);

const toldAt = async (place: Place, kind: string, carrier: Carrier, play: Play): Promise<unknown[]> => {
  const { room, here, there } = await places.room(kind, place);
  const open = (url: string, token: string): Promise<Client> =>
    clients.connect(url, carrier, { token, transports: ['websocket'] }).opened();
  const me = await open(here.url, 'me');
  const notes: unknown[] = [];
  await play({
    me,
    room,
    rooms: here.rooms,
    come: (name, where = 'here') => open((where === 'here' ? here : there).url, name),
    bytes: (of) => (carrier === 'ws JSON' ? { $bytes: Buffer.from(of).toString('base64') } : of),
    note: (what) => void notes.push(told(room, what)),
  });
  const streams = Array.from(me.rooms.values(), ({ events, gaps }) => ({ events, gaps }));
  const ends = me.pushes.filter(({ op }) => ENDS.has(op));
  return [...notes, told(room, streams), told(room, ends)];
};

const WAYS = [...CARRIERS.map((carrier) => ['fair', carrier] as const), ['tent', 'ws msgpack'] as const];

describe.each(WAYS)('in a %s over %s', (kind, carrier) => {
  it.each(Object.entries({ ...COMINGS, ...TALK }))('%s: told alike on any node', async (_, play) => {
    const alone = await toldAt('the only node', kind, carrier, play);
    expect(await toldAt('the owner', kind, carrier, play)).toEqual(alone);
    expect(await toldAt('another node', kind, carrier, play)).toEqual(alone);
  });
});
