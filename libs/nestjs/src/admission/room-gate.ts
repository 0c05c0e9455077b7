import { InvalidError } from '@greenroom/rooms';
import type { RoomDefinition } from '../discovery/room-definition.js';
import type { AdmittedJoin } from './admission.js';
import { checkCommand, checkJoin, checkParams, checkProfile } from './contract-check.js';
import { methodCall, type Check, type Handled } from './method-call.js';
import type { Admitting } from './operation.js';
import type { Pipelines } from './pipelines.js';
import type { RoomInnermost, RoomPipeline } from './room-pipeline.js';

const enter = ({ passage }: Admitting, admitted: unknown): Promise<unknown> | undefined => passage?.enter(admitted);

/** What a join that creates the room would create it with. None given and none to do without: then it cannot. */
const paramsOf = async (
  contract: RoomDefinition['kind']['contract'],
  params: unknown,
): Promise<Pick<AdmittedJoin, 'params' | 'unmakeable'>> => {
  try {
    return { params: await checkParams(contract, params) };
  } catch (thrown) {
    if (params === undefined && thrown instanceof InvalidError) return { params: undefined, unmakeable: thrown };
    throw thrown;
  }
};

/** The ways into the rooms of one kind: everything that guards them, the contract, and the room class's own methods. */
export class RoomGate {
  readonly join: RoomPipeline;
  readonly #handled: ReadonlyMap<string, RoomPipeline>;
  readonly #unhandled: RoomPipeline;
  readonly #leaving: readonly RoomPipeline[];

  constructor(
    private readonly definition: RoomDefinition,
    private readonly pipelines: Pipelines,
  ) {
    const { host, handlers } = definition;
    this.join = pipelines.around(host, handlers.join ?? 'room.join', this.#joining());
    this.#handled = new Map(
      Array.from(handlers.commands, ([command, method]) => [
        command,
        pipelines.around(host, method, this.#commanding(command, method)),
      ]),
    );
    this.#unhandled = pipelines.around(host, 'room.command', () => (_, data, admitting) => {
      const { operation } = admitting;
      if (operation.type !== 'command') return undefined;
      const checked = checkCommand(definition.kind.contract, operation.name, data);
      return checked instanceof Promise ? checked.then((late) => enter(admitting, late)) : enter(admitting, checked);
    });
    this.#leaving = handlers.leave.map((method) => pipelines.unguarded(host, this.#leave(method)));
  }

  command(name: string): RoomPipeline {
    return this.#handled.get(name) ?? this.#unhandled;
  }

  /** One for each `@OnLeave` method. */
  get leaving(): readonly RoomPipeline[] {
    return this.#leaving;
  }

  #commanding(command: string, method: string): RoomInnermost {
    const { host, kind } = this.definition;
    const check: Check = (data) => checkCommand(kind.contract, command, data);
    return (instance, contextId) => {
      const call = methodCall(this.pipelines, host, method, instance, contextId, check);
      return async (connection, given, admitting) => {
        const { data, returned } = await call(connection, given, admitting);
        return enter(admitting, returned === undefined ? data : await check(returned));
      };
    };
  }

  #joining(): RoomInnermost {
    const { host, kind, handlers } = this.definition;
    const check: Check = (data) => checkJoin(kind.contract, data);
    return (instance, contextId) => {
      const call =
        handlers.join === undefined
          ? async (_: unknown, given: unknown): Promise<Handled> => ({ data: await check(given), returned: undefined })
          : methodCall(this.pipelines, host, handlers.join, instance, contextId, check);
      return async (connection, given, admitting) => {
        const { operation } = admitting;
        if (operation.type !== 'join') return undefined;
        const params = await paramsOf(kind.contract, operation.params);
        const { data, returned } = await call(connection, given, admitting);
        // What @OnJoin returns is the app's doing, not the client's.
        const profile = await checkProfile(kind.contract, returned ?? { name: connection.user.name }).catch(
          (thrown: unknown) => {
            throw new TypeError(`What ${host.class.name} makes of a joiner is no member.`, { cause: thrown });
          },
        );
        return enter(admitting, { profile, data, ...params } satisfies AdmittedJoin);
      };
    };
  }

  #leave(method: string): RoomInnermost {
    return (instance, contextId) =>
      methodCall(this.pipelines, this.definition.host, method, instance, contextId, (data) => data);
  }
}
