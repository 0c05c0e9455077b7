import type { Load } from '../client/load.js';
import { SHORTEST_TEXT } from '../client/token.js';
import type { Measured, Stage } from '../run/stage.js';
import { GREENROOMS, SERVER_NAMES } from '../servers/server-name.js';
import { footprint } from './footprint.js';
import type { Figures } from './metrics.js';
import { ONE_POINT, type Scale, type Scenario, type Size, type Sized } from './scenario.js';

/** How many rooms of how many members. */
interface Shape {
  readonly rooms: number;
  readonly members: number;
}

const TEXT_BYTES = 64;
const AT_ONCE = 50;

const roomsOf = ({ rooms, members }: Shape) => Array.from({ length: rooms }, (_, number) => ({ number, members }));

const saturated = ({
  commands,
  deliveries,
  frames,
  cpuMicros,
  seconds,
  latency,
  serverBusy,
  clientBusy,
}: Measured): Figures => ({
  cpu: cpuMicros / deliveries,
  cpuCommand: cpuMicros / commands,
  deliveries: deliveries / seconds,
  perFrame: deliveries / frames,
  p50: latency.quantile(0.5),
  p99: latency.quantile(0.99),
  serverBusy: serverBusy * 100,
  clientBusy: clientBusy * 100,
});

/** Half of the rate at which this server was saturated, in the same process. */
const halfLoad = async (stage: Stage, load: Load, { commands, seconds }: Measured): Promise<Figures> => {
  const perSecond = commands / seconds / 2;
  const { latency } = await stage.load({ ...load, pace: { is: 'open', perSecond } });
  return { halfRate: perSecond, halfP50: latency.quantile(0.5), halfP99: latency.quantile(0.99) };
};

const fanOut = async (
  stage: Stage,
  scale: Scale,
  shape: Shape,
  inFlight: number,
): Promise<{ figures: Figures; load: Load; full: Measured }> => {
  const memory = await footprint(stage, shape.rooms * shape.members, () =>
    stage.gather({ kind: 'talk', rooms: roomsOf(shape), joins: true, atOnce: AT_ONCE }),
  );
  const { warmUpMs, windowMs } = scale;
  const textBytes = Math.max(TEXT_BYTES, SHORTEST_TEXT);
  const load: Load = { command: 'say', pace: { is: 'closed', inFlight }, textBytes, warmUpMs, windowMs };
  const full = await stage.load(load);
  return { figures: { ...memory, ...saturated(full) }, load, full };
};

interface FanOut {
  readonly id: string;
  readonly title: string;
  readonly shape: Sized<Shape>;
  readonly inFlight: number;
}

const scenario = ({ id, title, shape, inFlight }: FanOut): Scenario => ({
  id,
  title,
  about: `${shape.full.rooms} rooms of ${shape.full.members}; in each, ${inFlight === 1 ? 'one command is' : `${inFlight} commands are`} on the way at any time, of members who take turns.`,
  servers: SERVER_NAMES,
  points: ONE_POINT,
  keeps: 'memory',
  compares: 'servers',
  async measure(stage, scale) {
    const { figures, load, full } = await fanOut(stage, scale, shape[scale.size], inFlight);
    return { ...figures, ...(await halfLoad(stage, load, full)) };
  },
});

const tenRooms: Sized<Shape> = {
  full: { rooms: 10, members: 50 },
  quick: { rooms: 10, members: 50 },
  small: { rooms: 3, members: 10 },
};

const hundredRooms: Sized<Shape> = {
  full: { rooms: 100, members: 5 },
  quick: { rooms: 100, members: 5 },
  small: { rooms: 10, members: 5 },
};

const oneRoom: Sized<Shape> = {
  full: { rooms: 1, members: 500 },
  quick: { rooms: 1, members: 500 },
  small: { rooms: 1, members: 30 },
};

/** How the cost of a delivery changes with the number of members: without peers that another scenario has compared. */
const growing = (
  given: Pick<Scenario, 'id' | 'title' | 'about'>,
  inFlight: number,
  shapes: (size: Size) => ReadonlyMap<string, Shape>,
): Scenario => ({
  ...given,
  servers: [...GREENROOMS, 'limit', 'socketio'],
  points: (size) => [...shapes(size).keys()],
  keeps: 'memory',
  compares: 'servers',
  async measure(stage, scale, point) {
    const shape = shapes(scale.size).get(point);
    if (shape === undefined) throw new Error(`there is no point ${point}`);
    const { figures } = await fanOut(stage, scale, shape, inFlight);
    return figures;
  },
});

const crowds: Sized<readonly number[]> = { full: [500, 5000], quick: [100, 1000], small: [10, 40] };
const growth: Sized<readonly number[]> = { full: [1, 5, 50, 100, 200], quick: [1, 5, 50], small: [1, 5] };

export const FAN_OUT: readonly Scenario[] = [
  scenario({ id: 'a', title: 'One sender at a time', shape: tenRooms, inFlight: 1 }),
  scenario({ id: 'b', title: 'Eight at once', shape: tenRooms, inFlight: 8 }),
  scenario({ id: 'c', title: 'Many small rooms', shape: hundredRooms, inFlight: 1 }),
  scenario({ id: 'd', title: 'One room of 500', shape: oneRoom, inFlight: 4 }),
  growing(
    {
      id: 'j',
      title: 'One room of 5,000',
      about: 'One room, four commands on the way at any time, by the number of its members.',
    },
    4,
    (size) => new Map(crowds[size].map((members) => [`${members}`, { rooms: 1, members }])),
  ),
  growing(
    { id: 'k', title: 'From 10 to 2,000 connections', about: 'As a, by the number of connections in its ten rooms.' },
    1,
    (size) => new Map(growth[size].map((members) => [`${members * 10}`, { rooms: 10, members }])),
  ),
];
