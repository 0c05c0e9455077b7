export { openPostgresStore, type PostgresOptions } from './open-postgres.js';
export { PostgresUnfitError } from './unfit-error.js';
