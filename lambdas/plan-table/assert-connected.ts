import { RequestError } from '#core/errors.ts';
import type { TableOutput } from '#core/tables/run/asked-table.ts';

/** @throws {RequestError} the deployment does not have the database that is named. */
export function assertConnected(output: TableOutput, connections: readonly string[]): void {
  if (output.format !== 'postgres' || connections.includes(output.connection)) return;
  const allowed =
    connections.length === 0
      ? 'but this deployment has no databases; deploy it with the prop postgres'
      : `allowed are ${connections.join(', ')}`;
  throw new RequestError([
    `output.postgres.connection is ${JSON.stringify(output.connection)}, ${allowed}`,
  ]);
}
