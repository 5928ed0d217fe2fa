import { RequestError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import { postgresProblem } from './postgres-type.ts';
import { MAX_NAME_BYTES } from './table-name.ts';

/** Writers at once: each has a connection, and a usual server has a hundred. */
export const LOAD_CONCURRENCY = { usual: 16, most: 100 } as const;

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
