import { createSecretsClient } from '#aws/clients/secrets.ts';
import { databaseReads } from '#aws/postgres/read-database.ts';
import { ENV } from '#core/contract.ts';
import type { ReadDatabase } from '#core/tables/postgres/database-reader.ts';
import { environment } from './environment.ts';
import type { TryMeter } from './try-meter.ts';

/** Reads the databases that the deployment lets requests name. */
export function deployedDatabases(): ReadDatabase {
  const connections = JSON.parse(environment(ENV.postgres));
  return databaseReads({ secrets: createSecretsClient(), connections });
}

/** The same, and counts how long they are read. */
export function timedDatabases(meter: TryMeter): ReadDatabase {
  const read = deployedDatabases();
  return (connection, signal, use) => meter.reading(() => read(connection, signal, use));
}
