/** Why PostgreSQL cannot be used; one sentence for whoever runs the server. */
export class PostgresUnfitError extends Error {
  override readonly name = 'PostgresUnfitError';
}
