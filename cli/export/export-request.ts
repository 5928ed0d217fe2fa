import { UsageError } from '#cli/frame/usage-error.ts';
import { type AskedRun, askedRun } from '#cli/local/run-request.ts';
import { parseMatrixRequest } from '#cli/options/matrix-request.ts';
import { type GivenRequest, parseGiven, requestOf } from '#cli/options/request-file.ts';
import { TABLE_PLACE } from '#cli/options/table-request.ts';
import { parseTableRequest, type TableRequest } from '#core/request/table-request.ts';
import { readsDatabase } from '#core/request/wing.ts';
import type { ExportOptions } from './export-options.ts';

const REMEDY = 'use local run, which takes the same request';

/** What of a table needs more than rows in their order; undefined where nothing does. */
function shuffleOf({
  partitionBy,
  keysWhole,
  output,
  transform,
}: TableRequest): string | undefined {
  if (output.format === 'postgres') return 'loads rows into PostgreSQL';
  if (partitionBy !== undefined) return 'sorts rows into partitions (output.partitionBy)';
  if (keysWhole !== undefined) return 'gathers the rows of a key (chunking.keysWhole)';
  return transform !== undefined && 'lambda' in transform
    ? 'calls a function of a deployment (transform.lambda)'
    : undefined;
}

/** @throws {UsageError} the table needs more than one process has. */
function assertInOrder(given: GivenRequest): void {
  const parse = (each: GivenRequest) => parseTableRequest(requestOf(each, [TABLE_PLACE]));
  const problem = shuffleOf(parseGiven(given, parse));
  if (problem === undefined) return;
  throw new UsageError(
    `export writes rows in the order of their source, but this request ${problem}; ${REMEDY}`,
  );
}

/**
 * Finds out what `export` is asked for, as `local run` does.
 *
 * @throws {RequestError} the request is wrong.
 * @throws {UsageError} it needs a shuffle or a database, or a directory cannot hold it.
 */
export async function askedExport(
  locations: readonly string[],
  options: ExportOptions,
  signal: AbortSignal,
): Promise<AskedRun> {
  const asked = await askedRun(locations, options, signal);
  const { given, wing } = asked;
  if (readsDatabase(given.fields)) {
    throw new UsageError(`export reads files, but this request reads PostgreSQL; ${REMEDY}`);
  }
  if (wing === 'table') assertInOrder(given);
  else parseGiven(given, parseMatrixRequest);
  return asked;
}
