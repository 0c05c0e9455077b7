import { operationOf, Room, UnauthenticatedError, type Authenticator } from '@greenroom/nestjs';
import { defineRoom, outputs, roomTypes } from '@greenroom/rooms';
import { ForbiddenException, UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { emit, setup } from 'xstate';
import { z } from 'zod';

/** A token is the user's id, whatever it is. */
export const byAnyName: Authenticator = {
  authenticate: async ({ token }) => {
    if (token === '') throw new UnauthenticatedError();
    return { user: { id: token, name: token } };
  },
};

const text = z.object({ text: z.string() });
/** Names that an object would have without being told. */
const Plaza = defineRoom({
  kind: 'plaza',
  commands: { say: text, constructor: text },
  events: { said: text, constructor: text },
  signals: { nod: text },
});
const plaza = outputs(Plaza);
const plazaMachine = setup({ types: roomTypes<typeof Plaza, object>() }).createMachine({
  context: {},
  on: {
    say: { actions: emit(({ event }) => plaza.said(event.data)) },
    constructor: { actions: emit(({ event }) => plaza.constructor(event.data)) },
  },
});
@Room(Plaza, { machine: plazaMachine, historyFor: 'joined', durability: 'commit' })
export class PlazaRoom {}

class NotForEverybody implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const operation = operationOf(context);
    if (operation?.type !== 'join') return true;
    if (operation.address.endsWith('thrown')) throw new ForbiddenException();
    return !operation.address.endsWith('guarded');
  }
}

/** Rooms that only the server makes. */
export const Vault = defineRoom({ kind: 'vault', commands: { say: text }, events: { said: text } });
const vault = outputs(Vault);
const vaultMachine = setup({ types: roomTypes<typeof Vault, object>() }).createMachine({
  context: {},
  on: {
    say: { actions: emit(({ event }) => vault.said(event.data)) },
  },
});
@Room(Vault, { machine: vaultMachine, create: 'by-server', durability: 'commit' })
@UseGuards(NotForEverybody)
export class VaultRoom {}
