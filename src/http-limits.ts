import type { Server } from 'node:http';

/**
 * What Node gives a client to send a request: minutes, by default. Whoever sends byte by byte, or nothing at all, is not waited
 * for longer than this. It is the app's to say, as it holds for all that the server serves; of upgraded connections it says nothing.
 */
export const HTTP_LIMITS = {
  /** Milliseconds until all headers are there. */
  headersTimeout: 10_000,
  /** Milliseconds until all of the request is there. */
  requestTimeout: 20_000,
  /** How often it is looked whether somebody is late, milliseconds. */
  connectionsCheckingInterval: 2000,
  /** Headers of a request; more are not looked at. */
  maxHeadersCount: 100,
};

/** To be called before the server listens. */
export const limitHttp = (server: Server, limits: Partial<typeof HTTP_LIMITS> = {}): void =>
  void Object.assign(server, HTTP_LIMITS, limits);
