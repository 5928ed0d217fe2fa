import { DatabaseError, OutputConflictError } from '#core/errors.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';
import { type LoadTarget, loadingTable, qualified } from '#core/tables/postgres/load-target.ts';
import { identifier } from '#core/tables/schema/quote.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import { alone, ensureLedger, RUNS_TABLE, readRun } from './load-ledger.ts';
import {
  columnDefinitions,
  columnDifferences,
  dependents,
  type FoundTable,
  findTable,
} from './table-shape.ts';
import type { PostgresClient } from './with-postgres.ts';

/** A run whose rows go into a table. */
export interface LoadRun {
  readonly runId: string;
  readonly mode: OutputMode;
  /** Whether rows that are added are seen only once all are in. */
  readonly isHidden: boolean;
  readonly target: LoadTarget;
  readonly columns: TableSchema;
}

/** The table that chunks go into: the run's own, or one that is loaded beside it. */
export function filledTable({ target, runId, mode, isHidden }: LoadRun): string {
  return mode === 'overwrite' || isHidden ? loadingTable(target, runId) : target.table;
}

function shown({ schema, table, connection }: LoadTarget): string {
  return `the table ${qualified(schema, table)} of connection ${connection}`;
}

/** @throws {OutputConflictError} with every column that differs. */
function assertFits(run: LoadRun, found: FoundTable): void {
  const differences = columnDifferences(run.columns, found);
  if (differences.length === 0) return;
  throw new OutputConflictError(
    `${shown(run.target)} does not have the columns of the run: ${differences.join('; ')}; nothing was written`,
  );
}

/** @throws {OutputConflictError} what is called so takes no rows. */
function assertKind(run: LoadRun, { kind }: FoundTable): void {
  const allowed = run.mode === 'overwrite' ? ['r'] : ['r', 'p'];
  if (allowed.includes(kind)) return;
  const what = run.mode === 'overwrite' ? 'a table without partitions' : 'a table';
  throw new OutputConflictError(
    `${shown(run.target)} is no ${what.replace(/^a /, '')} (relkind ${kind}); mode '${run.mode}' needs ${what}`,
  );
}

/** @throws {OutputConflictError} another run began to fill the table. */
async function assertNobodyLoads(client: PostgresClient, { target }: LoadRun): Promise<void> {
  const ledger = qualified(target.schema, RUNS_TABLE);
  const { rows } = await client.query<{ run: string }>(
    `SELECT run FROM ${ledger} WHERE table_name = $1 AND published IS NULL`,
    [target.table],
  );
  const [other] = rows;
  if (other === undefined) return;
  throw new OutputConflictError(
    `${shown(target)} is being filled by run ${other.run}; let it end, or give mode 'append', or drop the table and delete the row of that run in ${ledger}`,
  );
}

/** @throws {OutputConflictError} the table has rows, or other columns. */
async function create(client: PostgresClient, run: LoadRun, found: FoundTable | undefined) {
  const { schema, table } = run.target;
  const name = qualified(schema, table);
  if (found === undefined) {
    await client.query(`CREATE TABLE ${name} (${columnDefinitions(run.columns, identifier)})`);
    return;
  }
  assertKind(run, found);
  assertFits(run, found);
  const { rowCount } = await client.query(`SELECT FROM ${name} LIMIT 1`);
  if (rowCount === 0) return await assertNobodyLoads(client, run);
  throw new OutputConflictError(
    `${shown(run.target)} has rows already; give mode 'append' or 'overwrite', or another table`,
  );
}

/**
 * Names what keeps a table from being replaced.
 *
 * @throws {OutputConflictError} views, foreign keys, triggers and the like hang on it.
 */
export async function assertReplaceable(
  client: PostgresClient,
  target: LoadTarget,
  { oid }: FoundTable,
): Promise<void> {
  const hanging = await dependents(client, oid);
  if (hanging.length === 0) return;
  throw new OutputConflictError(
    `${shown(target)} cannot be replaced, since on it hang: ${hanging.join('; ')}; drop them for the time of the run, or give mode 'append'`,
  );
}

/** Makes the table that is loaded beside the one that it will replace. */
async function makeBeside(client: PostgresClient, run: LoadRun, found: FoundTable): Promise<void> {
  const { schema, table } = run.target;
  await assertReplaceable(client, run.target, found);
  const { rows } = await client.query<{ may: boolean }>(
    "SELECT pg_has_role(c.relowner, 'USAGE') AS may FROM pg_class c WHERE oid = $1",
    [found.oid],
  );
  if (rows[0]?.may !== true) {
    throw new DatabaseError(
      `${shown(run.target)} belongs to ${found.owner}, and only its owner may replace it; make the user of the connection a member of ${found.owner}`,
    );
  }
  const beside = qualified(schema, filledTable(run));
  await client.query(`CREATE TABLE ${beside} (LIKE ${qualified(schema, table)} INCLUDING ALL)`);
  await client.query(`ALTER TABLE ${beside} OWNER TO ${identifier(found.owner)}`);
}

/** Makes the table that holds rows until all are in: columns of the same types alone. */
async function makeHidden(client: PostgresClient, run: LoadRun, found: FoundTable): Promise<void> {
  const names = new Set(run.columns.map(({ name }) => name));
  const columns = found.columns
    .filter(({ name }) => names.has(name))
    .map(({ name, type }) => `${identifier(name)} ${type}`);
  const hidden = qualified(run.target.schema, filledTable(run));
  await client.query(`CREATE TABLE ${hidden} (${columns.join(', ')})`);
}

async function prepare(client: PostgresClient, run: LoadRun): Promise<void> {
  const { mode, target } = run;
  const found = await findTable(client, target.schema, target.table);
  if (mode === 'create') return await create(client, run, found);
  if (found === undefined) {
    throw new OutputConflictError(
      `${shown(target)} does not exist, so nothing can be added to it or replaced; give mode 'create' in the first run`,
    );
  }
  assertKind(run, found);
  assertFits(run, found);
  if (mode === 'overwrite') await makeBeside(client, run, found);
  else if (run.isHidden) await makeHidden(client, run, found);
}

/**
 * Prepares a table for the rows of a run, before any is sent: compares its columns, or makes it, or
 * one beside it that will replace it. All of it or nothing; once for each run, however often.
 *
 * @throws {OutputConflictError} the table has other columns, has rows where it must be new, does
 * not exist where it must, or cannot be replaced.
 */
export async function prepareLoad(client: PostgresClient, run: LoadRun): Promise<void> {
  const { schema, table } = run.target;
  await alone(client, schema, async () => {
    await ensureLedger(client, schema);
    if ((await readRun(client, schema, run.runId)) !== undefined) return;
    await prepare(client, run);
    await client.query(
      `INSERT INTO ${qualified(schema, RUNS_TABLE)} (run, table_name, mode) VALUES ($1, $2, $3)`,
      [run.runId, table, run.mode],
    );
  });
}
