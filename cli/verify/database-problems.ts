import { type LedgerChunk, readChunks, readRun } from '#aws/postgres/load-ledger.ts';
import type { PostgresClient } from '#aws/postgres/with-postgres.ts';
import type { GivenDatabases } from '#cli/options/postgres-option.ts';
import { withLoadedTable } from '#cli/outputs/loaded-table.ts';
import type { StoredRun } from '#cli/outputs/stored-run.ts';
import type { Generation, ManifestEntry } from '#core/manifest/manifest.ts';
import type { LoadTarget } from '#core/tables/postgres/load-target.ts';

function differences(entry: ManifestEntry, found: LedgerChunk | undefined): string[] {
  const { index, meta, contentBytes, crc32 } = entry;
  const expected = `${meta.record_count} rows, ${contentBytes} bytes, CRC-32 ${crc32}`;
  if (found === undefined) return [`chunk ${index} is not in the ledger of the database`];
  const said = `${found.rows} rows, ${found.bytes} bytes, CRC-32 ${found.crc32}`;
  if (said === expected) return [];
  return [`chunk ${index} has ${said} in the ledger of the database, ${expected} in the manifest`];
}

/** Compares the chunks of one run with what the database knows of it. */
async function runProblems(
  client: PostgresClient,
  { schema }: LoadTarget,
  { runId }: Generation,
  entries: readonly ManifestEntry[],
): Promise<string[]> {
  const known = await readRun(client, schema, runId);
  if (known === undefined) return [`run ${runId} is not in the ledger of the database`];
  const chunks = await readChunks(client, schema, runId);
  const found = new Map(chunks.map((chunk) => [chunk.chunk, chunk]));
  const listed = new Set(entries.map(({ index }) => index));
  return [
    ...(known.isPublished ? [] : [`run ${runId} was not published in the database`]),
    ...entries.flatMap((entry) => differences(entry, found.get(entry.index))),
    ...chunks
      .filter(({ chunk }) => !listed.has(chunk))
      .map(({ chunk }) => `chunk ${chunk} of run ${runId} is in the database, not in the manifest`),
  ];
}

/**
 * Finds where the ledger of a database, which is committed with the rows, differs from the manifest
 * of a load.
 *
 * @throws {UsageError} the output is none of these databases.
 */
export async function databaseProblems(
  { manifest }: Pick<StoredRun, 'manifest'>,
  databases: GivenDatabases,
  signal: AbortSignal,
): Promise<string[]> {
  const how = { databases, action: 'read the ledger of the database' };
  return await withLoadedTable(manifest, how, signal, async (client, target) => {
    const problems: string[] = [];
    let before = 0;
    for (const run of manifest.generations) {
      const entries = manifest.entries.slice(before, before + run.chunks);
      before += run.chunks;
      problems.push(...(await runProblems(client, target, run, entries)));
    }
    return problems;
  });
}
