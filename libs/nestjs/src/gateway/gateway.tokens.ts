/** What the gateway is handed by the module. Provide each under its token. */

/** A `RoomsNode`. */
export const ROOMS_NODE = Symbol('greenroom.node');
/** The `Users` of all nodes. */
export const ROOMS_USERS = Symbol('greenroom.users');
/** An `Admission`. */
export const ROOMS_ADMISSION = Symbol('greenroom.admission');
/** An `Authenticator`. */
export const ROOMS_AUTHENTICATOR = Symbol('greenroom.authenticator');
/** The `Clock` the node runs on. */
export const ROOMS_CLOCK = Symbol('greenroom.clock');
/** The `Ids` the node takes its chance from. */
export const ROOMS_IDS = Symbol('greenroom.ids');
/** `GatewaySettings`: what `gatewaySettings(options)` made of the user's options. */
export const ROOMS_GATEWAY_SETTINGS = Symbol('greenroom.gateway-settings');
