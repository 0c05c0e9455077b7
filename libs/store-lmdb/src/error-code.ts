/** The `code` of what a system call threw. Asked of its shape, since errors of Node's may be of another realm. */
export const errorCode = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
