import { DatabaseError, IncompleteRunError } from '#core/errors.ts';
import { qualified, replacedTable } from '#core/tables/postgres/load-target.ts';
import { identifier } from '#core/tables/schema/quote.ts';
import { alone, CHUNKS_TABLE, RUNS_TABLE, readRun } from './load-ledger.ts';
import { assertReplaceable, filledTable, type LoadRun } from './prepare-load.ts';
import { findTable } from './table-shape.ts';
import type { PostgresClient } from './with-postgres.ts';

/** So long others may hold a table before a try to replace it gives up. */
const LOCK_MILLISECONDS = 60_000;

/** @throws {IncompleteRunError} chunks or rows are missing. */
async function assertWhole(
  client: PostgresClient,
  { runId, target }: LoadRun,
  expected: { readonly chunks: number; readonly rows: number },
): Promise<void> {
  const { rows } = await client.query<{ chunks: string; rows: string }>(
    `SELECT count(*) AS chunks, coalesce(sum(rows), 0) AS rows
     FROM ${qualified(target.schema, CHUNKS_TABLE)} WHERE run = $1`,
    [runId],
  );
  const found = { chunks: Number(rows[0]?.chunks), rows: Number(rows[0]?.rows) };
  if (found.chunks === expected.chunks && found.rows === expected.rows) return;
  throw new IncompleteRunError(
    `${qualified(target.schema, CHUNKS_TABLE)} has ${found.chunks} chunks with ${found.rows} rows of run ${runId}, written were ${expected.chunks} with ${expected.rows}`,
  );
}

/** Gives a table the grants of another, of its columns too. */
async function copyGrants(client: PostgresClient, from: string, to: string): Promise<void> {
  const { rows } = await client.query<{
    privilege: string;
    grantee: string | null;
    option: string;
    column: string | null;
  }>(
    `SELECT a.privilege_type AS privilege, NULL AS column,
       CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END AS grantee,
       CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END AS option
     FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = $1 AND a.grantee <> c.relowner
     UNION ALL
     SELECT a.privilege_type, t.attname,
       CASE a.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(a.grantee) END,
       CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
     FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid, aclexplode(t.attacl) a
     WHERE t.attrelid = $1 AND NOT t.attisdropped AND a.grantee <> c.relowner`,
    [from],
  );
  for (const { privilege, grantee, option, column } of rows) {
    const what = column === null ? privilege : `${privilege} (${identifier(column)})`;
    const whom = grantee === null ? 'PUBLIC' : identifier(grantee);
    await client.query(`GRANT ${what} ON ${to} TO ${whom}${option}`);
  }
}

/** Puts the loaded table in the place of the old one, which stays under another name. */
async function replace(client: PostgresClient, run: LoadRun): Promise<void> {
  const { target, runId } = run;
  const { schema, table } = target;
  const name = qualified(schema, table);
  await client.query(`SET LOCAL lock_timeout = ${LOCK_MILLISECONDS}`);
  await client.query(`LOCK TABLE ${name} IN ACCESS EXCLUSIVE MODE`);
  const old = await findTable(client, schema, table);
  if (old === undefined) throw new IncompleteRunError(`${name} is gone`);
  await assertReplaceable(client, target, old);
  const loaded = qualified(schema, filledTable(run));
  await copyGrants(client, old.oid, loaded);
  await client.query(`ALTER TABLE ${name} RENAME TO ${identifier(replacedTable(target, runId))}`);
  await client.query(`ALTER TABLE ${loaded} RENAME TO ${identifier(table)}`);
}

/** Moves the hidden rows into the table, all at once. */
async function reveal(client: PostgresClient, run: LoadRun, rows: number): Promise<void> {
  const { schema, table } = run.target;
  const hidden = qualified(schema, filledTable(run));
  const columns = run.columns.map(({ name }) => identifier(name)).join(', ');
  const { rowCount } = await client.query(
    `INSERT INTO ${qualified(schema, table)} (${columns}) SELECT ${columns} FROM ${hidden}`,
  );
  if (rowCount !== rows) {
    throw new DatabaseError(
      `the server moved ${rowCount} rows of ${hidden}, ${rows} were sent; a rule or trigger of ${qualified(schema, table)} may leave rows out, or the server lost rows`,
    );
  }
  await client.query(`DROP TABLE ${hidden}`);
}

/** Of a schema one alone changes tables; rows are moved by one for each run, as that takes long. */
function lockName({ target, runId, isHidden }: LoadRun): string {
  return isHidden ? `${target.schema} ${runId}` : target.schema;
}

/**
 * Ends a load once all chunks are written: proves that the ledger of the database has them all, and
 * replaces the table where that is asked for. All of it or nothing; once for each run.
 *
 * @throws {IncompleteRunError} the run was not prepared, or chunks are missing.
 * @throws {OutputConflictError} the table cannot be replaced: something hangs on it now.
 */
export async function publishLoad(
  client: PostgresClient,
  run: LoadRun,
  expected: { readonly chunks: number; readonly rows: number },
): Promise<void> {
  const { schema } = run.target;
  await alone(client, lockName(run), async () => {
    const known = await readRun(client, schema, run.runId);
    if (known === undefined) {
      throw new IncompleteRunError(`run ${run.runId} is not in ${qualified(schema, RUNS_TABLE)}`);
    }
    if (known.isPublished) return;
    await assertWhole(client, run, expected);
    if (run.mode === 'overwrite') await replace(client, run);
    else if (run.isHidden) await reveal(client, run, expected.rows);
    await client.query(
      `UPDATE ${qualified(schema, RUNS_TABLE)} SET published = now() WHERE run = $1`,
      [run.runId],
    );
  });
}
