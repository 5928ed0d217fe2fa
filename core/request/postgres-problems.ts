import { loadProblems } from '#core/tables/postgres/load-bounds.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import type { TableRequestBody } from './table-request-schema.ts';

/** Fields of a source that say how objects are read. */
const OF_OBJECTS = ['versionId', 'format', 'compression', 'byName'] as const;

/** Those that a source has; `csv` is always there, but as nobody gave it. */
function ofObjects(source: TableRequestBody['source']): string[] {
  const silent = JSON.stringify(csvFormatSection.parse({}));
  const isGiven = JSON.stringify(source.csv) !== silent;
  const given: string[] = OF_OBJECTS.filter((name) => source[name] !== undefined);
  return isGiven ? [...given, 'csv'] : given;
}

/** What is wrong with a request that reads a database; nothing of any other. */
export function postgresProblems(body: TableRequestBody): readonly string[] {
  const { source, onBadRow, transform, output } = body;
  if (source.postgres === undefined) return [];
  const problems = ofObjects(source).map(
    (name) => `source.${name} is of objects; leave it out where source.postgres is given`,
  );
  if (output.files !== undefined) {
    problems.push(
      'output.files is not for source.postgres, whose keys are never cut; give output.targetFileBytes or chunking.rows',
    );
  }
  if (onBadRow === 'reject') {
    problems.push(
      "onBadRow must be 'fail' where source.postgres is given, whose values have types; cast in source.postgres.query what may not fit",
    );
  }
  if (transform !== undefined && 'lambda' in transform) {
    problems.push(
      'transform.lambda is not for source.postgres, whose writers reach nothing but the database and the buckets; give transform.sql, or read what this run writes',
    );
  }
  return problems;
}

/** Whether rows are added to the table that they are read of, while others still read. */
function readsItsOutput({ source, output }: TableRequestBody): boolean {
  const from = source.postgres;
  if (output.format !== 'postgres' || from?.table === undefined) return false;
  const { connection, schema, table, append } = output.postgres;
  const isSame = connection === from.connection && schema === from.table.schema;
  return isSame && table === from.table.table && append !== 'hidden' && output.mode !== 'overwrite';
}

/** What is wrong with a request that loads a database; nothing of any other. */
export function loadingProblems(body: TableRequestBody): readonly string[] {
  const { output, limits } = body;
  if (output.format !== 'postgres') return [];
  const problems = [...loadProblems(limits?.concurrency)];
  if (output.postgres.append !== undefined && output.mode !== 'append') {
    problems.push(
      "output.postgres.append is for output.mode 'append'; leave it out, as rows of 'overwrite' are hidden until all are in anyway",
    );
  }
  if (readsItsOutput(body)) {
    problems.push(
      "output.postgres names the table of source.postgres, so that writers would read rows that others have added; give output.mode 'overwrite', or 'append' with output.postgres.append 'hidden'",
    );
  }
  return problems;
}
