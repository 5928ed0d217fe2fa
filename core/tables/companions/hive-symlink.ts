import { RequestError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import { hiveType } from './hive-type.ts';

/** A column of the output. */
interface HiveTableColumn {
  readonly name: string;
  /** In the words of DuckDB, in capital letters. */
  readonly type: string;
}

/** A table over the files that a symlink lists. */
export interface HiveTable {
  readonly database?: string | undefined;
  readonly name: string;
  readonly columns: readonly HiveTableColumn[];
  /** Folder of the symlink, with a slash at its end; nothing else may lie there. */
  readonly location: string;
}

/** Hive keeps columns as texts with these between them, and quotes with backticks. */
const REFUSED_IN_NAMES = /[,:;`\p{Cc}]/u;

const LINE_END = /[\r\n]/;

/** Classes by which Hive and Athena read Parquet files that are listed in a text. */
const STORED = `ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'
STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'`;

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

function problemsOf({ database, name, columns, location }: HiveTable): readonly string[] {
  const names = [...(database === undefined ? [] : [database]), name];
  const problems = [...names, ...columns.map((column) => column.name)].map(problemOf);
  for (const column of columns) {
    if (hiveType(column.type) !== undefined) continue;
    problems.push(
      `the column ${shownName(column.name)} is ${column.type}, which Hive cannot read from Parquet as it is; cast it to a type that it has, or leave out the companion`,
    );
  }
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
  const { database, name, columns, location } = table;
  const lines = columns.map((column) => `  \`${column.name}\` ${hiveType(column.type)}`);
  const names = database === undefined ? [name] : [database, name];
  return `CREATE EXTERNAL TABLE ${names.map((each) => `\`${each}\``).join('.')} (
${lines.join(',\n')}
)
${STORED}
LOCATION ${literal(location)};
`;
}

/**
 * The text of a symlink: one URI a line, in order.
 *
 * @throws {RequestError} a URI has a line break.
 */
export function hiveSymlink(uris: readonly string[]): string {
  const broken = uris.find((uri) => LINE_END.test(uri));
  if (broken === undefined) return uris.map((uri) => `${uri}\n`).join('');
  throw new RequestError([
    `${JSON.stringify(broken)} has a line break, so that no symlink of Hive can list it; give another output.uri`,
  ]);
}
