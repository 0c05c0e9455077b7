// PLACEHOLDER, until the carriers are merged: these four will come from `gateway/gateway.tokens.ts`.
/** This process's `RoomsNode`. */
export const ROOMS_NODE = Symbol('greenroom.node');
/** The `Admission`: what the app's guards, pipes, interceptors and room classes say. */
export const ROOMS_ADMISSION = Symbol('greenroom.admission');
/** The `Clock` everything runs on. */
export const ROOMS_CLOCK = Symbol('greenroom.clock');
/** The `Ids` all chance comes from. */
export const ROOMS_IDS = Symbol('greenroom.ids');

/** What `forRoot` was given: `RoomsModuleOptions`. */
export const ROOMS_OPTIONS = Symbol('greenroom.options');
/** The `RoomStore`; closed when the app shuts down. */
export const ROOMS_STORE = Symbol('greenroom.store');
/** The `Connections` of this process. PLACEHOLDER: the carriers' class is its own token. */
export const ROOMS_CONNECTIONS = Symbol('greenroom.connections');
/** The gateway's class: `RoomsGateway`, or what `forRoot({ gateway })` names. */
export const ROOMS_GATEWAY = Symbol('greenroom.gateway');
