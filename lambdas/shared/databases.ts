import { createSecretsClient } from '#aws/clients.ts';
import { databaseReads } from '#aws/postgres/read-database.ts';
import { ENV } from '#core/contract.ts';
import type { ReadDatabase } from '#core/tables/postgres/database-reader.ts';
import { environment } from './environment.ts';

/** Reads the databases that the deployment lets requests name. */
export function deployedDatabases(): ReadDatabase {
  const connections = JSON.parse(environment(ENV.postgres));
  return databaseReads({ secrets: createSecretsClient(), connections });
}
