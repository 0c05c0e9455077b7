import { webSocket } from '@greenroom/client';
import { socketIo } from '@greenroom/client/socket.io';
import { afterEach, expect, it } from '@jest/globals';
import { TestCluster } from './kit/test-cluster.js';
import { SdkMember } from './kit/sdk-member.js';
import { eventually } from './kit/within.js';

const ROOM = 'stage';
const ADDRESS = `chat/${ROOM}`;
const CARRIERS = [webSocket(), socketIo({ transports: ['websocket'] }), socketIo({ transports: ['polling'] })];
/** Each says so many at once. */
const AT_ONCE = 3;

let nodes: TestCluster | undefined;
const members: SdkMember[] = [];
afterEach(async () => {
  for (const member of members.splice(0)) member.close();
  // A request that polls would fail when the nodes end, and be followed by another.
  const cluster = nodes;
  try {
    if (cluster !== undefined) await eventually('everybody gone', () => cluster.isLeft());
  } finally {
    await cluster?.close();
  }
});

/** Three nodes, and on each a member of one room, each by another carrier. */
const begin = async (): Promise<TestCluster> => {
  const started = (nodes = await TestCluster.start());
  for (const [i, name] of started.names.entries()) {
    const carrier = CARRIERS[i % CARRIERS.length] ?? webSocket();
    members.push(await started.onto(name, () => SdkMember.join(started.url, `member-${i + 1}`, carrier, ROOM)));
    expect((await started.activity(name)).connections).toBe(1);
  }
  for (const member of members) member.talk(AT_ONCE);
  return started;
};

/** Every member has had so many more commands acknowledged, by an owner of a later epoch if told. */
const acked = (count: number, after = 0): Promise<void> => {
  const of = (member: SdkMember): number => member.acked.filter(({ epoch }) => epoch > after).length;
  const before = members.map(of);
  const isSo = (): boolean => members.every((member, i) => of(member) >= (before[i] ?? 0) + count);
  return eventually(`${count} commands of each acknowledged`, isSo);
};
const epochNow = (): number => Math.max(...members.flatMap(({ acked }) => acked.map(({ epoch }) => epoch)));

/** Everybody has been told everything; what was told and acknowledged is what the log has. @returns how many owners it had */
const allIsWell = async (cluster: TestCluster): Promise<number> => {
  for (const member of members) await member.hush();
  const entries = await cluster.log(ADDRESS);
  const last = Math.max(...members.flatMap(({ acked }) => acked.map(({ seq }) => seq)));
  await eventually('everybody told', () => members.every(({ toldTo }) => toldTo >= last));
  expect(members.flatMap((member) => member.faults(entries))).toEqual([]);
  expect(members.flatMap(({ failed }) => failed)).toEqual([]);
  return new Set(entries.map(({ epoch }) => epoch)).size;
};

it('the owner is killed with -9: the next command is acknowledged by another, nothing acknowledged is missing or there twice, and everybody is told all of it in order', async () => {
  const started = await begin();
  await acked(20);
  const owner = await started.ownerOf(ADDRESS);
  const epoch = epochNow();
  const killedAt = performance.now();
  started.node(owner).kill();
  await eventually('the next command acknowledged', () => epochNow() > epoch);
  const ms = Math.round(performance.now() - killedAt);
  await acked(20, epoch);
  const next = await started.ownerOf(ADDRESS);
  expect(next).not.toBe(owner);
  expect(await allIsWell(started)).toBe(2);
  const count = members.reduce((sum, member) => sum + member.acked.length, 0);
  process.stdout.write(
    `${owner} killed, ${next} took over; first ack ${ms} ms after; ${count} acknowledged, all there once\n`,
  );
});
