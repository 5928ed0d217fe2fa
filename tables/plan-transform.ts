import {
  type Engine,
  EngineError,
  type EngineErrorKind,
  type FunctionModules,
} from '@sparse-fanout/engine';
import { RequestError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import type { PlannedTransform } from '#core/tables/run/table-layout.ts';
import { typeSql } from '#core/tables/schema/column-type.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import {
  canonicalSchema,
  type TableSchema,
  tableSchema,
} from '#core/tables/schema/table-schema.ts';
import type { SqlTransform } from '#core/tables/schema/transform-section.ts';
import { addFunctions } from './own-functions.ts';

/** How a refusal begins, by its kind. */
const SAID: Readonly<Partial<Record<EngineErrorKind, string>>> = {
  refused: '',
  function: 'fails before there is a row: ',
  contract: 'fails before there is a row: ',
};

/** Types of the engine that no output has, and what they are cast to. */
const OTHERS: Readonly<Record<string, string>> = {
  INTERVAL: 'VARCHAR',
  BIT: 'VARCHAR',
  JSON: 'VARCHAR',
  HUGEINT: 'BIGINT or DECIMAL(38, 0)',
  UHUGEINT: 'BIGINT or DECIMAL(38, 0)',
  'TIME WITH TIME ZONE': 'TIME',
};

function typeProblem(name: string, type: string, error: unknown): string {
  const cast = OTHERS[type];
  const advice = cast === undefined ? '' : `; cast it to ${cast}`;
  const said = error instanceof Error ? error.message : String(error);
  return `transform.sql gives column ${shownName(name)} of ${type}${advice || `: ${said}`}`;
}

/** The columns that the engine describes, as a schema of the output. */
function outputSchema(columns: readonly { name: string; type: string }[]): TableSchema {
  const problems: string[] = [];
  const typed = columns.flatMap(({ name, type }) => {
    try {
      return [{ name, type: parseType(type), lossy: false }];
    } catch (error) {
      problems.push(typeProblem(name, type, error));
      return [];
    }
  });
  if (problems.length > 0) throw new RequestError(problems);
  const { success, error } = tableSchema.safeParse(canonicalSchema(typed));
  if (success) return typed;
  const said = error.issues.map(({ message }) => `the columns of transform.sql: ${message}`);
  throw new RequestError(said);
}

/** The rows that a transform gets. */
interface TransformInput {
  readonly schema: TableSchema;
  /** Columns whose rows of equal values are all there. @default none */
  readonly keysWhole?: readonly string[] | undefined;
}

/**
 * Checks a transform, and asks the engine which columns it gives. No row is read. The engine has
 * its functions from then on, and keeps how they are called.
 *
 * @throws {RequestError} the SQL is no SELECT that makes of each row one row or none (where keys
 * are whole: rows of those of each key), or gives columns that no output can have; there are no
 * such functions, or they are not of the form that they must have.
 */
export async function planTransform(
  engine: Engine,
  { schema, keysWhole }: TransformInput,
  { sql, functions }: SqlTransform,
  modules: FunctionModules,
): Promise<PlannedTransform> {
  const pin = functions === undefined ? undefined : await addFunctions(engine, functions, modules);
  const input = schema.map(({ name, type }) => ({ name, type: typeSql(type) }));
  try {
    const given = { text: sql, input };
    const { columns, orderBy } =
      keysWhole === undefined
        ? { columns: await engine.describeTransform(given), orderBy: '' }
        : await engine.describeKeyed({ ...given, keys: keysWhole });
    return {
      sql,
      ...(orderBy !== '' && { orderBy }),
      ...(pin && { functions: pin }),
      schema: [...canonicalSchema(outputSchema(columns))],
    };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const said = SAID[error.kind] ?? 'cannot be read as one SELECT over input: ';
    throw new RequestError([`transform.sql ${said}${error.message}`], { cause: error });
  }
}
