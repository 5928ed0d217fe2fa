import { RequestError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import { hiveType } from './hive-type.ts';

/** A column of the output. */
interface HiveTableColumn {
  readonly name: string;
  /** In the words of DuckDB, in capital letters. */
  readonly type: string;
}

/** What the files of a table are, for its companions. */
export interface CompanionFile {
  readonly format: 'parquet' | 'csv' | 'jsonl' | 'postgres';
  readonly compression?: string;
}

/** A table over the files that a symlink lists. */
export interface HiveTable {
  readonly file: CompanionFile;
  readonly database?: string | undefined;
  readonly name: string;
  readonly columns: readonly HiveTableColumn[];
  /** Folder of the symlink, with a slash at its end; nothing else may lie there. */
  readonly location: string;
}

/** Hive keeps columns as texts with these between them, and quotes with backticks. */
const REFUSED_IN_NAMES = /[,:;`\p{Cc}]/u;

const LINE_END = /[\r\n]/;

/** Types of Hive that JSON has no form for which every reader takes; names end with a colon. */
const NOT_OF_JSON = /(?:^|[<,:])(?:binary|date|timestamp)(?:[,>]|$)/;

const FORMAT_WORDS = {
  ...{ parquet: 'Parquet', csv: 'CSV', jsonl: 'JSON lines', postgres: 'PostgreSQL' },
} as const;

/** Classes by which Hive and Athena read rows. */
const SERDES = {
  parquet: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
  jsonl: 'org.openx.data.jsonserde.JsonSerDe',
} as const;

/** Classes by which they read files that are listed in a text. */
export const SYMLINK_FORMATS = {
  input: 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat',
  output: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
} as const;

const STORED = `STORED AS INPUTFORMAT '${SYMLINK_FORMATS.input}'
OUTPUTFORMAT '${SYMLINK_FORMATS.output}'`;

/** A name in characters that every catalog takes. */
export function hiveTableName(folder: string): string {
  return folder.toLowerCase().replaceAll(/[^a-z0-9_]/gu, '_');
}

function literal(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

function problemOf(name: string): string | undefined {
  if (name !== '' && !REFUSED_IN_NAMES.test(name)) return undefined;
  return `${shownName(name)} is no name for Hive: it is empty, or has a comma, colon, semicolon, backtick or control character; rename it, or leave out the companion`;
}

/** Names that differ in capital letters alone, which are the same for Hive. */
function repeated(columns: readonly HiveTableColumn[]): readonly string[] {
  const seen = new Set<string>();
  const names = columns.map(({ name }) => name.toLowerCase());
  return names.filter((name) => seen.size === seen.add(name).size);
}

/**
 * What keeps Hive from files of a form; undefined if nothing does. It reads CSV line by line, with
 * backslashes as escapes, so that values with line breaks or backslashes would be wrong.
 */
export function hiveFileProblem({ format, compression }: CompanionFile): string | undefined {
  if (format === 'csv') {
    return 'csv is not read by Hive as it is written (line breaks and backslashes in values); give output.format parquet or jsonl, or leave out the companion';
  }
  if (format === 'postgres') {
    return 'postgres has no files that Hive could read; leave out the companion';
  }
  if (format === 'parquet' || compression === 'none' || compression === 'gzip') return undefined;
  return `jsonl in ${compression} is not read by every Hive; give output.compression gzip or none, or leave out the companion`;
}

/** The type in which Hive reads the values of a column from a file. */
function typeIn({ format }: CompanionFile, { type }: HiveTableColumn): string | undefined {
  const inParquet = hiveType(type);
  if (format === 'parquet') return inParquet;
  return inParquet !== undefined && NOT_OF_JSON.test(inParquet) ? undefined : inParquet;
}

function typeProblems({ file, columns }: HiveTable): readonly string[] {
  return columns
    .filter((column) => typeIn(file, column) === undefined)
    .map(
      ({ name, type }) =>
        `the column ${shownName(name)} is ${type}, which Hive cannot read from ${FORMAT_WORDS[file.format]} as it is; cast it to a type that it has, or leave out the companion`,
    );
}

function problemsOf(table: HiveTable): readonly string[] {
  const { file, database, name, columns, location } = table;
  const names = [...(database === undefined ? [] : [database]), name];
  const problems = [...names, ...columns.map((column) => column.name)].map(problemOf);
  problems.push(hiveFileProblem(file), ...typeProblems(table));
  for (const each of repeated(columns)) {
    problems.push(
      `two columns are ${shownName(each)} for Hive, which reads no capital letters; rename one`,
    );
  }
  if (!location.endsWith('/') || LINE_END.test(location)) {
    problems.push(
      `${JSON.stringify(location)} is no folder for Hive: give one that ends with a slash, without line breaks`,
    );
  }
  return problems.filter((problem) => problem !== undefined);
}

/**
 * The statement that makes the files of an output a table of Hive or Athena, by its symlink.
 *
 * @throws {RequestError} with every name or type that Hive does not have.
 * @see https://docs.delta.io/latest/presto-integration.html
 */
export function hiveTableStatement(table: HiveTable): string {
  const problems = problemsOf(table);
  if (problems.length > 0) throw new RequestError(problems);
  const { file, database, name, columns, location } = table;
  const lines = columns.map((column) => `  \`${column.name}\` ${hiveType(column.type)}`);
  const serde = file.format === 'jsonl' ? SERDES.jsonl : SERDES.parquet;
  const names = database === undefined ? [name] : [database, name];
  return `CREATE EXTERNAL TABLE ${names.map((each) => `\`${each}\``).join('.')} (
${lines.join(',\n')}
)
ROW FORMAT SERDE '${serde}'
${STORED}
LOCATION ${literal(location)};
`;
}

/** Lines of a symlink in one piece of its text. */
const LINES_AT_ONCE = 1_000;

/**
 * The text of a symlink: one URI a line, in order, in pieces of some 100 kB.
 *
 * @throws {RequestError} a URI has a line break.
 */
export function* hiveSymlink(uris: Iterable<string>): Generator<string> {
  let lines: string[] = [];
  for (const uri of uris) {
    if (LINE_END.test(uri)) {
      throw new RequestError([
        `${JSON.stringify(uri)} has a line break, so that no symlink of Hive can list it; give another output.uri`,
      ]);
    }
    lines.push(`${uri}\n`);
    if (lines.length < LINES_AT_ONCE) continue;
    yield lines.join('');
    lines = [];
  }
  if (lines.length > 0) yield lines.join('');
}
