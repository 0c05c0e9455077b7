import { webSocket } from '@greenroom/client';
import type { Dice } from '@greenroom/testing/faults';
import { SdkMember } from '../kit/sdk-member.js';
import type { TestCluster } from '../kit/test-cluster.js';
import { eventually, pause } from '../kit/within.js';
import { Crowd } from './crowd.js';

/** Milliseconds, by what took them. */
export type Durations = Readonly<Record<string, number>>;

export interface TrialResult {
  /** Busy rooms that the owner had. */
  readonly rooms: number;
  readonly durations: Durations;
}

export interface TrialOptions {
  readonly cluster: TestCluster;
  /** The node to which it happens. */
  readonly owner: string;
  /** Names what is of this trial alone. */
  readonly name: string;
  /** Busy rooms beside the one that is watched: about two thirds of them are the owner's when it goes. */
  readonly rooms: number;
  readonly dice: Dice;
}

/** Of the busy rooms' members, milliseconds. */
const CROWD_SAYS_MS = 1000;
/** Of those who are watched. */
const WATCHED_SAY_MS = 20;
/** Acknowledged commands of each who is watched before anything happens. */
const WARM = 25;
/** What happens may do so at any point of a beat of the nodes. */
const BEAT_MS = 1500;
/** A command is answered by then, whatever has happened. */
const PATIENCE_MS = 60_000;

/** Of three nodes the one that is meant is missed so often by chance once in a hundred million times. */
const BY_CHANCE = 45;
/** It may be left out for a while, because it has clearly more rooms than the others: those that are tried even that out. */
const MOST_TRIES = 3 * BY_CHANCE;

/** What goes on when something happens to a node: busy rooms, and one in which a member on each node speaks without stop. */
export class Trial {
  private constructor(
    readonly cluster: TestCluster,
    /** The node that has the room that is watched. */
    readonly owner: string,
    /** How many of the busy rooms it has. */
    readonly rooms: number,
    private readonly crowd: Crowd,
    private readonly watched: Crowd,
  ) {}

  /** Runs it, and holds all that was said against the logs. Rejects with what is wrong. */
  static async run(options: TrialOptions, work: (trial: Trial) => Promise<Durations>): Promise<TrialResult> {
    const crowds: Crowd[] = [];
    try {
      const trial = await Trial.#begin(options, crowds);
      const durations = await work(trial);
      const faults = (await Promise.all(crowds.map((crowd) => crowd.hush()))).flat();
      if (faults.length > 0) throw new Error(faults.join('\n'));
      return { rooms: trial.rooms, durations };
    } finally {
      for (const crowd of crowds) crowd.close();
    }
  }

  static async #begin(options: TrialOptions, crowds: Crowd[]): Promise<Trial> {
    const { cluster, owner, name, dice } = options;
    // The same rooms in every trial: none is unloaded in between.
    const rooms = Array.from({ length: options.rooms }, (_, n) => `busy-${n}`);
    const { length: each } = cluster.names;
    const crowd = await Crowd.gather(cluster, { name: `${name} crowd`, rooms, each });
    crowds.push(crowd);
    const watchedRoom = await roomOf(cluster, owner, name);
    const watched = await Crowd.gather(cluster, { name: `${name} watched`, rooms: [watchedRoom], each });
    crowds.push(watched);
    crowd.talk(CROWD_SAYS_MS, dice);
    watched.talk(WATCHED_SAY_MS, dice);
    const isWarm = (): boolean => watched.members.every(({ acked }) => acked.length >= WARM);
    await eventually('the first commands acknowledged', isWarm, PATIENCE_MS);
    await pause(dice.int(0, BEAT_MS));
    const { rooms: owned } = await cluster.activity(owner);
    const busy = owned.filter(({ address }) => rooms.some((room) => address === `chat/${room}`));
    return new Trial(cluster, owner, busy.length, crowd, watched);
  }

  /** Who is watched and came to the owner's node. */
  get own(): readonly SdkMember[] {
    return this.watched.on(this.owner);
  }

  /** Who is watched and came to another node. */
  get others(): readonly SdkMember[] {
    return this.watched.notOn(this.owner);
  }

  /** Everybody, of the busy rooms too. */
  get all(): readonly SdkMember[] {
    return [...this.crowd.members, ...this.watched.members];
  }

  /** How long after that moment the last of them had a command acknowledged that was said after it. */
  async answered(members: readonly SdkMember[], since: number): Promise<number> {
    const first = ({ acked }: SdkMember): number =>
      Math.min(...acked.filter(({ saidAt }) => saidAt > since).map(({ ackedAt }) => ackedAt));
    await eventually(
      'a later command acknowledged',
      () => members.every((each) => first(each) < Infinity),
      PATIENCE_MS,
    );
    return Math.max(...members.map(first)) - since;
  }

  /** The longest that anybody waited for an answer that came after that moment. */
  longestWait(since: number): number {
    const late = this.all.flatMap(({ acked }) => acked.filter(({ ackedAt }) => ackedAt > since));
    return Math.max(0, ...late.map(({ saidAt, ackedAt }) => ackedAt - saidAt));
  }
}

/** A new room that has come to that node. Where one comes to is as good as chance. */
const roomOf = async (cluster: TestCluster, owner: string, name: string): Promise<string> => {
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const room = `${name}-${tries}`;
    const first = await SdkMember.join(cluster.url, `${room} first`, webSocket(), room);
    try {
      if ((await cluster.ownerOf(`chat/${room}`)) === owner) return room;
    } finally {
      first.close();
    }
    // By then all nodes know how much each has.
    if (tries % BY_CHANCE === 0) await pause(2 * BEAT_MS);
  }
  throw new Error(`none of ${MOST_TRIES} rooms came to ${owner}`);
};
