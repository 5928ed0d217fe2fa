import { RequestError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import { postgresProblem } from './postgres-type.ts';
import { MAX_NAME_BYTES } from './table-name.ts';

/** Writers at once: each has a connection, and a usual server has a hundred. */
export const LOAD_CONCURRENCY = { usual: 16, most: 100 } as const;

/**
 * CSV that an `INSERT … SELECT` moves in a second, bytes. A busy machine of two cores moved 53 MB
 * of 21 columns into a table without an index, 18 MB into one of two indexes, 8 MB of four.
 */
const MOVED_BYTES_PER_SECOND = 10_000_000;

/** Of the 15 minutes that a function has. */
const MOVING_SECONDS = 600;

/** Why hidden rows are too many to be moved by one function; undefined if they are not. */
export function movingProblem(bytes: number): string | undefined {
  const seconds = bytes / MOVED_BYTES_PER_SECOND;
  if (seconds <= MOVING_SECONDS) return undefined;
  return `output.postgres.append is 'hidden', but to move about ${Math.round(bytes / 1e6)} MB of rows at once would take some ${Math.ceil(seconds / 60)} minutes, at most ${MOVING_SECONDS / 60} are allowed; give 'direct', by which rows are seen chunk by chunk, or load fewer rows in a run`;
}

/** What a request asks of a database that none could give, one sentence each. */
export function loadProblems(concurrency: number | undefined): readonly string[] {
  if (concurrency === undefined || concurrency <= LOAD_CONCURRENCY.most) return [];
  return [
    `limits.concurrency must be a whole number from 1 to ${LOAD_CONCURRENCY.most} where output.format is 'postgres', since each writer holds a connection, got ${concurrency}`,
  ];
}

/** @throws {RequestError} with every column that PostgreSQL cannot hold as it is. */
export function assertLoadable(schema: TableSchema): void {
  const problems = schema.flatMap(({ name, type }) => {
    const long = Buffer.byteLength(name) > MAX_NAME_BYTES;
    const problem = postgresProblem({ name, type });
    return [
      ...(long
        ? [
            `the column ${shownName(name)} has more than ${MAX_NAME_BYTES} bytes in its name; rename it`,
          ]
        : []),
      ...(problem === undefined ? [] : [problem]),
    ];
  });
  if (problems.length > 0) throw new RequestError(problems);
}
