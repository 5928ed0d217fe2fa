import { assertIcebergTable, icebergFileProblem } from '#core/iceberg/table-problems.ts';
import type { Companion } from './companion-names.ts';
import {
  type CompanionFile,
  type HiveTable,
  hiveFileProblem,
  hiveSymlink,
  hiveTableName,
  hiveTableStatement,
} from './hive-symlink.ts';

/** The table that companions describe: all files that are in it with one generation. */
export interface CompanionTable {
  readonly file: CompanionFile;
  /** In order, with the words of DuckDB in capital letters. */
  readonly columns: HiveTable['columns'];
  /** Names of the columns whose values are folders. @default none */
  readonly partitionBy?: readonly string[] | undefined;
  /** URI of the output, with a slash at its end; its last folder names the table. */
  readonly output: string;
  /** URI of the folder of the companion, with a slash at its end. */
  readonly folder: string;
  /** URIs of the files in the order of their rows; each call begins again. */
  readonly uris: () => Iterable<string>;
}

/** An object of a companion. */
export interface CompanionText {
  /** Below the folder of the companion. */
  readonly name: string;
  readonly contentType: string;
  /** Its text, the same at each call; holds some 100 kB. */
  readonly pieces: () => Iterable<string>;
}

/** Nothing else may lie in the folder that a table of Hive is made of. */
const SYMLINK_FOLDER = 'symlink/';

/** The last folder of an output, or its bucket. */
function tableName(output: string): string {
  return hiveTableName(output.split('/').at(-2) ?? '');
}

function hiveTexts({ output, folder, uris, ...table }: CompanionTable): readonly CompanionText[] {
  const location = `${folder}${SYMLINK_FOLDER}`;
  const statement = hiveTableStatement({ ...table, name: tableName(output), location });
  return [
    {
      name: `${SYMLINK_FOLDER}symlink.txt`,
      contentType: 'text/plain',
      pieces: () => hiveSymlink(uris()),
    },
    { name: 'table.sql', contentType: 'application/sql', pieces: () => [statement] },
  ];
}

/** None: but the table is one that Iceberg can have. */
function icebergTexts({ output, ...table }: CompanionTable): readonly CompanionText[] {
  assertIcebergTable(output, table);
  return [];
}

interface CompanionKind {
  readonly fileProblem: (file: CompanionFile) => string | undefined;
  readonly texts: (table: CompanionTable) => readonly CompanionText[];
}

const KINDS: Readonly<Record<Companion, CompanionKind>> = {
  hive: { fileProblem: hiveFileProblem, texts: hiveTexts },
  // Its objects are made of what is known of each file, by `SnapshotWriter`.
  iceberg: { fileProblem: icebergFileProblem, texts: icebergTexts },
};

/** What keeps companions from files of a form, one sentence each. */
export function companionProblems(
  companions: readonly Companion[],
  file: CompanionFile,
): readonly string[] {
  return companions
    .map((companion) => ({ companion, problem: KINDS[companion].fileProblem(file) }))
    .filter(({ problem }) => problem !== undefined)
    .map(({ companion, problem }) => `output.companions has ${companion}: ${problem}`);
}

/**
 * The objects of a companion.
 *
 * @throws {RequestError} with every name or type that its readers do not have.
 */
export function companionTexts(
  companion: Companion,
  table: CompanionTable,
): readonly CompanionText[] {
  return KINDS[companion].texts(table);
}
