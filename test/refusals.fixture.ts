import { OnCommand, operationOf, Room, type RoomsConnection } from '@greenroom/nestjs';
import { command, defineRoom, outputs, roomTypes } from '@greenroom/rooms';
import {
  BadRequestException,
  Catch,
  ForbiddenException,
  Injectable,
  Scope,
  UseGuards,
  UseInterceptors,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { MessageBody } from '@nestjs/websockets';
import { of } from 'rxjs';
import { assign, emit, setup } from 'xstate';
import { z } from 'zod';

const text = z.object({ text: z.string() });
const answered = command(text, z.object({ n: z.number() }));

/** Every way a command can be refused. */
const Lab = defineRoom({
  kind: 'lab',
  commands: {
    say: text,
    'guard-denies': text,
    'guard-throws': text,
    'guard-forbids': text,
    'guard-reads-headers': text,
    'interceptor-answers': text,
    'interceptor-throws': text,
    'pipe-rejects': text,
    'pipe-throws': text,
    'schema-rejects': z.object({ text: z.number() }),
    'handler-throws': text,
    'handler-rejects': text,
    'handler-returns-nonsense': text,
    'nobody-takes-it': text,
    'machine-rejects': text,
    'machine-forbids': text,
    'machine-guard-throws': text,
    'assign-throws': text,
    'emit-throws': text,
    'emits-nonsense': text,
    'action-throws': text,
    'two-replies': answered,
    'reply-and-reject': answered,
  },
  events: { said: text },
});

const out = outputs(Lab);
const textIn = ({ data }: { readonly data?: unknown }): string => (data as { readonly text: string }).text;
const fail = ({ event }: { readonly event: { readonly data?: unknown } }): never => {
  throw new Error(`a bug that knows the payload: ${textIn(event)}`);
};

const labMachine = setup({
  types: roomTypes<typeof Lab, { count: number }>(),
  actions: {
    /** What a refused command must not leave behind. */
    leak: emit(({ event }) => out.said({ text: textIn('data' in event ? event : {}) })),
  },
}).createMachine({
  context: { count: 0 },
  on: {
    say: {
      actions: [assign({ count: ({ context }) => context.count + 1 }), emit(({ event }) => out.said(event.data))],
    },
    'guard-denies': { actions: 'leak' },
    'guard-throws': { actions: 'leak' },
    'guard-forbids': { actions: 'leak' },
    'guard-reads-headers': { actions: 'leak' },
    'interceptor-answers': { actions: 'leak' },
    'interceptor-throws': { actions: 'leak' },
    'pipe-rejects': { actions: 'leak' },
    'pipe-throws': { actions: 'leak' },
    'handler-throws': { actions: 'leak' },
    'handler-rejects': { actions: 'leak' },
    'handler-returns-nonsense': { actions: 'leak' },
    'machine-rejects': { actions: ['leak', emit(() => out.room.reject('not now'))] },
    'machine-forbids': { actions: ['leak', emit(() => out.room.reject('not you', 'FORBIDDEN'))] },
    'machine-guard-throws': { guard: fail, actions: 'leak' },
    'assign-throws': { actions: ['leak', assign({ count: fail })] },
    'emit-throws': { actions: ['leak', emit((given) => fail(given))] },
    // What the contract does not say, `checks` refuse.
    'emits-nonsense': { actions: ['leak', emit(() => out.said({ text: 7 as unknown as string }))] },
    'action-throws': { actions: ['leak', (given) => fail(given)] },
    'two-replies': {
      actions: [
        'leak',
        emit(() => out.room.reply('two-replies', { n: 1 })),
        emit(() => out.room.reply('two-replies', { n: 2 })),
      ],
    },
    'reply-and-reject': {
      actions: ['leak', emit(() => out.room.reply('reply-and-reject', { n: 1 })), emit(() => out.room.reject('no'))],
    },
  },
});

const dataOf = (context: ExecutionContext): string => context.switchToWs().getData<{ text: string }>().text;

class Denies implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}
class Throws implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    throw new Error(`a bug that knows the payload: ${dataOf(context)}`);
  }
}
class Forbids implements CanActivate {
  async canActivate(): Promise<boolean> {
    await Promise.resolve();
    throw new ForbiddenException('not on my watch');
  }
}
/** As somebody wrote it for a controller. */
class ReadsHeaders implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
    return headers['x-team'] === 'lab';
  }
}
class Answers implements NestInterceptor {
  intercept() {
    return of({ ok: true, position: { epoch: 1, seq: 1 } });
  }
}
class ThrowsBefore implements NestInterceptor {
  intercept(context: ExecutionContext): never {
    throw new Error(`a bug that knows the payload: ${dataOf(context)}`);
  }
}
class Rejects implements PipeTransform {
  transform(): never {
    throw new BadRequestException('too rude');
  }
}
class Trips implements PipeTransform {
  transform({ text }: { text: string }): never {
    throw new Error(`a bug that knows the payload: ${text}`);
  }
}

type Text = z.infer<typeof text>;

@Room(Lab, { machine: labMachine, durability: 'commit', historyFor: 'all' })
export class LabRoom {
  @OnCommand('guard-denies') @UseGuards(Denies) denied(): void {}
  @OnCommand('guard-throws') @UseGuards(Throws) guardThrows(): void {}
  @OnCommand('guard-forbids') @UseGuards(Forbids) forbidden(): void {}
  @OnCommand('guard-reads-headers') @UseGuards(ReadsHeaders) headers(): void {}
  @OnCommand('interceptor-answers') @UseInterceptors(Answers) answered(): void {}
  @OnCommand('interceptor-throws') @UseInterceptors(ThrowsBefore) intercepted(): void {}
  @OnCommand('pipe-rejects') piped(@MessageBody(Rejects) data: Text): Text {
    return data;
  }
  @OnCommand('pipe-throws') tripped(@MessageBody(Trips) data: Text): Text {
    return data;
  }
  @OnCommand('handler-throws') throws(@MessageBody() data: Text): never {
    throw new Error(`a bug that knows the payload: ${data.text}`);
  }
  @OnCommand('handler-rejects') async rejects(@MessageBody() data: Text): Promise<never> {
    await Promise.resolve();
    throw new TypeError(`a bug that knows the payload: ${data.text}`);
  }
  @OnCommand('handler-returns-nonsense') nonsense(): object {
    return { text: 7 };
  }
}

/** Whom the team knows: what a request-scoped guard depends on. */
@Injectable()
export class Team {
  has(user: string): boolean {
    return user.startsWith('friend');
  }
}

@Injectable({ scope: Scope.REQUEST })
class TeamGuard implements CanActivate {
  constructor(private readonly team: Team) {}
  canActivate(context: ExecutionContext): boolean {
    if (operationOf(context)?.type !== 'command') return true;
    return this.team.has(context.switchToWs().getClient<RoomsConnection>().user.id);
  }
}

const Club = defineRoom({ kind: 'club', commands: { say: text }, events: { said: text } });
const clubOut = outputs(Club);
const clubMachine = setup({ types: roomTypes<typeof Club, object>() }).createMachine({
  context: {},
  on: { say: { actions: emit(({ event }) => clubOut.said(event.data)) } },
});

/** All that is said here is asked of a guard made anew for each command. */
@Room(Club, { machine: clubMachine })
@UseGuards(TeamGuard)
export class ClubRoom {}

/** Turns whatever was thrown into what looks like success, as filters for HTTP do. */
@Catch()
export class SaysAllIsWell implements ExceptionFilter {
  catch(): unknown {
    return { ok: true, position: { epoch: 1, seq: 1 } };
  }
}

/** The app's own guard, made anew for each operation: it lets nobody called `foe` send anything. */
@Injectable({ scope: Scope.REQUEST })
export class NoFoes implements CanActivate {
  constructor(private readonly team: Team) {}
  canActivate(context: ExecutionContext): boolean {
    if (operationOf(context)?.type !== 'command') return true;
    const { id } = context.switchToWs().getClient<RoomsConnection>().user;
    return this.team.has(id) || !id.startsWith('foe');
  }
}
