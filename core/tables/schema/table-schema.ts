import * as z from 'zod/mini';
import { nameProblem, twinProblem } from './column-names.ts';
import { type ColumnType, leavesOf, typeSql } from './column-type.ts';
import { parseType } from './parse-type.ts';

/**
 * Columns, each field of a struct counted, that a writer has memory for: measured, 3,000 from JSON
 * lines take 1.06 GB, and for 10,000 the engine has not enough.
 */
export const MAX_COLUMNS = 3_000;
/** Problems reported at once: a request of 10,000 wrong columns is not answered by a book. */
const MAX_PROBLEMS = 20;

/** One column of the output. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Whether a cast may lose digits, an offset, a time of day. */
  readonly lossy: boolean;
}

/** The columns of the output, in order: at least one, no two of one name. */
export type TableSchema = readonly Column[];

/** A column as the plan and the run id hold it. */
export interface CanonicalColumn {
  readonly name: string;
  readonly type: string;
  readonly lossy?: true;
}

const TYPE_WORDS = 'a type, or an object with type and lossy';
const typeText = z.string({ error: TYPE_WORDS });
const lossy = z.optional(z.boolean({ error: 'true or false' }));
const typed = z.union(
  [
    z.pipe(
      typeText,
      z.transform((type) => ({ type })),
    ),
    z.strictObject({ type: typeText, lossy }),
  ],
  { error: TYPE_WORDS },
);
const listed = z.strictObject(
  { name: z.string({ error: 'a text' }), type: typeText, lossy },
  { error: 'an object with name, type, lossy' },
);

interface GivenColumn {
  readonly name: string;
  readonly type: string;
  readonly lossy?: boolean | undefined;
}

type Refuse = (message: string, path: readonly (string | number)[]) => void;

/** JSON puts such keys first, whatever their place in the text was. */
const INDEX = /^(?:0|[1-9]\d{0,9})$/;

function fromList(given: readonly unknown[], refuse: Refuse): readonly GivenColumn[] {
  return given.flatMap((entry, index) => {
    const { success, data, error } = listed.safeParse(entry);
    if (success) return [data];
    for (const { message, path } of error.issues) refuse(message, [index, ...path.map(String)]);
    return [];
  });
}

function fromObject(given: object, refuse: Refuse): readonly GivenColumn[] {
  return Object.entries(given).flatMap(([name, entry]) => {
    if (INDEX.test(name)) {
      refuse(
        'JSON does not keep the place of a name that is a whole number; give the schema as a list ' +
          'of { name, type }',
        [name],
      );
    }
    const { success, data, error } = typed.safeParse(entry);
    if (success) return [{ name, ...data }];
    for (const { message, path } of error.issues) refuse(message, [name, ...path.map(String)]);
    return [];
  });
}

function readColumn(given: GivenColumn, refuse: Refuse): readonly Column[] {
  const problem = nameProblem(given.name);
  if (problem !== undefined) refuse(problem, []);
  try {
    return [{ name: given.name, type: parseType(given.type), lossy: given.lossy === true }];
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error), [given.name]);
    return [];
  }
}

function refuseSize(size: number, refuse: Refuse): void {
  refuse(
    `has ${size} columns, each field of a struct counted, 1 to ${MAX_COLUMNS} are allowed; leave out some, or split the table by columns`,
    [],
  );
}

function readSchema(given: unknown, refuse: Refuse): TableSchema {
  if (typeof given !== 'object' || given === null) {
    refuse('an object of names and types, such as { "id": "bigint" }, or a list of them', []);
    return [];
  }
  const size = Array.isArray(given) ? given.length : Object.keys(given).length;
  if (size < 1 || size > MAX_COLUMNS) {
    refuseSize(size, refuse);
    return [];
  }
  const columns = Array.isArray(given) ? fromList(given, refuse) : fromObject(given, refuse);
  const twins = twinProblem(columns.map((column) => column.name));
  if (twins !== undefined) refuse(twins, []);
  const read = columns.flatMap((column) => readColumn(column, refuse));
  const leaves = read.reduce((sum, { type }) => sum + leavesOf(type), 0);
  if (leaves > MAX_COLUMNS) refuseSize(leaves, refuse);
  return read;
}

/**
 * The section `schema` of a request: an object of names and types in the order of the columns, or
 * a list of `{ name, type, lossy }`, which {@link canonicalSchema} gives and which alone can hold
 * names that are whole numbers.
 */
export const tableSchema = z.pipe(
  z.unknown(),
  z.transform((given, context): TableSchema => {
    let problems = 0;
    const columns = readSchema(given, (message, path) => {
      if (++problems > MAX_PROBLEMS) return;
      context.issues.push({ code: 'custom', message, path: [...path], input: given });
    });
    return problems > 0 ? z.NEVER : columns;
  }),
);

/** The schema as the plan and the run id hold it: the same for every way of writing it. */
export function canonicalSchema(schema: TableSchema): readonly CanonicalColumn[] {
  return schema.map(({ name, type, lossy: loses }) => ({
    name,
    type: typeSql(type),
    ...(loses && { lossy: true as const }),
  }));
}
