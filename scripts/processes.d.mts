/** See processes.mjs. */
export declare function freePort(): Promise<number>;
