import type { LoadRun } from '#aws/postgres/prepare-load.ts';
import { RequestError } from '#core/errors.ts';
import type { TableRun } from '#core/run/table-run.ts';
import { outputSchemaOf, type TableLayout } from '#core/tables/run/table-layout.ts';

/**
 * What a database has to know of a run.
 *
 * @throws {RequestError} the run writes files.
 */
export function loadRunOf(run: TableRun, layout: TableLayout): LoadRun {
  const { runId, mode = 'create', hidden = false } = run;
  const { format, ...target } = run.output.file;
  if (!('connection' in target)) {
    throw new RequestError([`run ${runId} writes ${format}, which LoadTable does not`]);
  }
  return { runId, mode, isHidden: hidden, target, columns: outputSchemaOf(layout) };
}
