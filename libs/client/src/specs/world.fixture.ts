import { errorBody } from '@greenroom/protocol';
import { seededIds, startTestRooms, type TestRoomsOptions } from '@greenroom/testing';
import { App } from './app.fixture.js';
import { RecordingStore } from './log.fixture.js';
import { Network } from './network.fixture.js';
import { NAMES, type Step } from './trouble.fixture.js';
import type { Hearing } from './witness.fixture.js';

const HEARINGS: readonly Hearing[] = ['at once', 'late', 'in a loop'];

/** Three people's applications, the server, and all between them. */
export class World {
  /** The server has refused something that it may take later, or what is behind it. */
  isRefusing = false;
  hasFlaked = false;

  private constructor(
    readonly store: RecordingStore,
    readonly network: Network,
    readonly apps: readonly App[],
  ) {}

  static async make(options: TestRoomsOptions, seed: number, repeats: number): Promise<World> {
    const store = new RecordingStore();
    const rooms = await startTestRooms({ ...options, store });
    const chance = seededIds(seed);
    const network = new Network(rooms, () => chance.seed() / 2 ** 32, repeats);
    const hearing = (i: number): Hearing => HEARINGS[(seed + i) % HEARINGS.length] ?? 'at once';
    return new World(
      store,
      network,
      NAMES.map((name, i) => new App(name, network, seed + i, hearing(i))),
    );
  }

  pass(ms: number): Promise<void> {
    return this.network.rooms.clock.advance(ms);
  }

  async do(step: Step): Promise<void> {
    const { network, store } = this;
    const app = 'who' in step ? this.apps[step.who] : undefined;
    const links = app === undefined ? [] : network.linksOf(app.name);
    switch (step.type) {
      case 'join':
        return void app?.join();
      case 'say':
        for (let i = 0; i < step.times; i += 1) app?.send('say');
        return;
      case 'whisper':
        return app?.send('whisper', { to: NAMES[step.to] });
      case 'tellOthers':
        return app?.send('tellOthers');
      case 'ask':
        return void Promise.all([app?.room?.history(), app?.room?.listMembers()]).catch(() => {});
      case 'redact': {
        const entry = store.entries.findLast(({ input }) => input.type === 'command' && input.name === 'say');
        return app?.send('redact', { id: entry?.id ?? 'none-0' });
      }
      case 'kick':
        return app?.send('kick', { member: NAMES[step.to] });
      case 'leave':
        return void app?.room?.leave();
      case 'leaveAndJoin':
        void app?.room?.leave();
        return void app?.join();
      case 'hear':
        return app?.witnesses.at(-1)?.hear();
      case 'cut':
        for (const link of links) link.cut(step.isUpLost, step.isDownLost);
        return;
      case 'silence':
        for (const link of links) link.silence();
        return;
      case 'offline':
        return app?.environment.offline();
      case 'online':
        return app?.environment.online();
      case 'refuseConnections':
        network.refusedConnections = step.times;
        return;
      case 'detach':
        for (const link of links) link.detach('hall/a', step.ms);
        return;
      case 'goodbye':
        for (const link of links) link.goodbye(step.ms);
        return;
      case 'refuse':
        this.isRefusing = true;
        for (let i = 0; i < step.times; i += 1)
          network.refusals.push(errorBody(step.code, 'not now', { retryAfterMs: step.ms }));
        return;
      case 'slowAuth':
        network.authMs = step.ms;
        return;
      case 'slowGuards':
        network.admissionMs = step.ms;
        return;
      case 'flake':
        this.isRefusing = this.hasFlaked = true;
        store.failure = step.isWritten ? 'written' : 'refused';
        return;
      case 'kill':
        return network.kill(step.isSilent);
      case 'badTokens':
        if (app !== undefined) app.badTokens = step.times;
        return;
      case 'refuseRenewals':
        network.refusedRenewals = step.times;
        return;
      case 'shortTokens':
        if (app !== undefined) app.tokenMs = step.ms;
        return;
      case 'wait':
        return this.pass(step.ms);
    }
  }

  /** Nothing more goes wrong, and all that has is found out. */
  async heal(): Promise<void> {
    this.network.calm();
    this.store.failure = undefined;
    for (const app of this.apps) {
      app.badTokens = 0;
      app.tokenMs = 60_000;
    }
    await this.pass(120_000);
  }
}
