/** What `forRoot` was given: `RoomsModuleOptions`. */
export const ROOMS_OPTIONS = Symbol('greenroom.options');
/** `NodePorts`: what the option `store` came to. */
export const ROOMS_PORTS = Symbol('greenroom.ports');
/** The `RoomStore`; closed when the app shuts down. */
export const ROOMS_STORE = Symbol('greenroom.store');
/** The gateway's class: `RoomsGateway`, or what `forRoot({ gateway })` names. */
export const ROOMS_GATEWAY = Symbol('greenroom.gateway');
