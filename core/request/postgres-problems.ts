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
