import { RUNS_TABLE } from '#aws/postgres/load-ledger.ts';
import type { PostgresClient } from '#aws/postgres/with-postgres.ts';
import { formatBytes } from '#cli/frame/format-figures.ts';
import type { GivenDatabases } from '#cli/options/postgres-option.ts';
import { loadedTable, withLoadedTable } from '#cli/outputs/loaded-table.ts';
import {
  type LoadTarget,
  loadingTable,
  qualified,
  replacedTable,
} from '#core/tables/postgres/load-target.ts';
import type { PrunableOutput } from './prunable-output.ts';

/** A table of a run that is there. */
interface LeftTable {
  readonly name: string;
  readonly bytes: number;
  /** Of a run that has not ended: it may still need the table. */
  readonly unfinished?: string;
}

/** The tables that runs of the database's ledger have left beside the one that they loaded. */
async function leftTables(
  client: PostgresClient,
  target: LoadTarget,
): Promise<readonly LeftTable[]> {
  const { rows: runs } = await client.query<{ run: string; open: boolean }>(
    `SELECT run, published IS NULL AS open FROM ${qualified(target.schema, RUNS_TABLE)}
     WHERE table_name = $1 ORDER BY prepared, run`,
    [target.table],
  );
  const names = runs.flatMap(({ run, open }) => [
    { name: replacedTable(target, run) },
    { name: loadingTable(target, run), ...(open && { unfinished: run }) },
  ]);
  const { rows } = await client.query<{ name: string; bytes: string }>(
    `SELECT c.relname AS name, pg_total_relation_size(c.oid) AS bytes
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relkind = 'r' AND c.relname = ANY ($2)`,
    [target.schema, names.map(({ name }) => name)],
  );
  const sizes = new Map(rows.map(({ name, bytes }) => [name, Number(bytes)]));
  return names
    .filter(({ name }) => sizes.has(name))
    .map((table) => ({ ...table, bytes: sizes.get(table.name)! }));
}

function dropLine({ schema }: LoadTarget, { name, bytes, unfinished }: LeftTable): string {
  const note =
    unfinished && `, of run ${unfinished}, which has not ended: only if nobody redrives it`;
  return `DROP TABLE ${qualified(schema, name)};  -- ${formatBytes(bytes)}${note ?? ''}`;
}

/**
 * The statements that drop what loads have left in a database: tables that overwrites replaced, and
 * those of runs that came to nothing. Without the database only its manifest is asked, which knows
 * the runs and not the tables. Nothing is dropped.
 *
 * @returns none where the output has files.
 * @throws as `withLoadedTable`.
 */
export async function dropStatements(
  output: PrunableOutput,
  databases: GivenDatabases | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const head = await output.latest();
  if (databases !== undefined) {
    const how = { databases, action: 'look for tables that loads have left' };
    return await withLoadedTable(head, how, signal, async (client, target) => {
      const left = await leftTables(client, target);
      return left.map((table) => dropLine(target, table));
    });
  }
  const target = loadedTable(head);
  if (target === undefined) return [];
  const { replaced = [], generations } = await output.whole();
  return [...replaced, ...generations.slice(0, 1)].map(
    ({ runId }) =>
      `DROP TABLE IF EXISTS ${qualified(target.schema, replacedTable(target, runId))};`,
  );
}
