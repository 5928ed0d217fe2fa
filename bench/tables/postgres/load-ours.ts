import { loadChunk } from '#aws/postgres/load-chunk.ts';
import { prepareLoad } from '#aws/postgres/prepare-load.ts';
import { publishLoad } from '#aws/postgres/publish-load.ts';
import { withLogin } from '#aws/postgres/with-postgres.ts';
import { SCHEMA } from '#bench/tables/columns.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import { fileFigures } from '#tables/file-figures.ts';

/**
 * Loads a CSV as LoadTable does: prepares the table, takes length and CRC-32 of the file, sends it
 * with its row of the ledger in one transaction, and publishes the run. Arguments: the login as
 * JSON, the file, its rows, the table, the id of the run.
 */
const [login, path, rows, table, runId] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];

const run = {
  ...({ runId, mode: 'create', isHidden: false } as const),
  target: { connection: 'main', schema: 'public', table },
  columns: tableSchema.parse(SCHEMA),
};
const { signal } = new AbortController();
await withLogin(JSON.parse(login), 'main', signal, async (client) => {
  await prepareLoad(client, run);
  const figures = await fileFigures(path);
  await loadChunk(client, run, { index: 0, path, rows: Number(rows), ...figures });
  await publishLoad(client, run, { chunks: 1, rows: Number(rows) });
});
