import { describe, expect, it } from '@jest/globals';
import { chosen } from './rendezvous.js';

const NODES = ['n1', 'n2', 'n3', 'n4', 'n5'];
const ROOMS = Array.from({ length: 10_000 }, (_, i) => `lab/${i}`);
const EVEN = ROOMS.length / NODES.length;
const NOTHING = new Map<string, number>();
const all = (load: number): Map<string, number> => new Map(NODES.map((node) => [node, load]));

const placed = (loads: ReadonlyMap<string, number>, nodes = NODES): (string | undefined)[] =>
  ROOMS.map((address) => chosen(address, nodes, loads));
const partOf = (node: string, owners: readonly (string | undefined)[]): number =>
  owners.filter((owner) => owner === node).length;

describe('10,000 rooms on five nodes', () => {
  const hashed = placed(NOTHING);

  it('are on each as many as on another, give or take a twentieth', () => {
    for (const node of NODES) expect(Math.abs(partOf(node, hashed) - EVEN)).toBeLessThan(EVEN / 20);
  });

  it('keep their node when another one goes, and those of that one go to all', () => {
    const left = NODES.filter((node) => node !== 'n3');
    const after = placed(NOTHING, left);
    for (const [i, node] of hashed.entries()) if (node !== 'n3') expect(after[i]).toBe(node);
    for (const node of left) expect(Math.abs(partOf(node, after) - ROOMS.length / 4)).toBeLessThan(ROOMS.length / 80);
  });

  it('are placed alike in whichever order nodes and loads are known', () => {
    const loads = new Map(NODES.map((node, i) => [node, i * 300]));
    const turned = new Map([...loads].toReversed());
    expect(placed(turned, NODES.toReversed())).toEqual(placed(loads));
  });

  it('go past a node that does clearly more, to all others alike; rooms that were not to be its own stay', () => {
    const owners = placed(all(1000).set('n2', 2000));
    expect(partOf('n2', owners)).toBe(0);
    for (const [i, node] of hashed.entries()) if (node !== 'n2') expect(owners[i]).toBe(node);
    for (const node of NODES.filter((each) => each !== 'n2'))
      expect(Math.abs(partOf(node, owners) - ROOMS.length / 4)).toBeLessThan(ROOMS.length / 80);
  });

  it('go to one that is empty among others that are not, and no more than twice its part', () => {
    const part = partOf('n4', placed(all(1000).set('n4', 0)));
    expect(part).toBeGreaterThan(EVEN * 1.7);
    expect(part).toBeLessThan(EVEN * 2.05);
  });

  it.each([
    ['about as much as others', 1000, 850],
    ['a few rooms more', 20, 4],
    ['nobody knows how much', undefined, 0],
    ['more than one of which nobody knows', 1000, undefined],
    ['nothing, as all do', 0, 0],
  ])('are placed by the hash alone when a node does %s', (_, load, others) => {
    const loads = new Map<string, number>();
    for (const node of NODES) {
      const known = node === 'n1' ? load : others;
      if (known !== undefined) loads.set(node, known);
    }
    expect(placed(loads)).toEqual(hashed);
  });

  it('even out what was uneven, though loads are known late', () => {
    const rooms = new Map(NODES.map((node, i) => [node, i * 1000]));
    let known = new Map(rooms);
    for (const [i, address] of ROOMS.entries()) {
      if (i % 500 === 0) known = new Map(rooms);
      const node = chosen(address, NODES, known) ?? '';
      rooms.set(node, (rooms.get(node) ?? 0) + 1);
    }
    const counts = [...rooms.values()];
    // By the hash alone it would be three times as much.
    expect(Math.max(...counts) / Math.min(...counts)).toBeLessThan(1.4);
  });
});
