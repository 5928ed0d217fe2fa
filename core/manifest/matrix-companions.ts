import { hiveTexts } from '#core/outputs/csv/hive-texts.ts';
import type { MatrixCompanion } from '#core/outputs/matrix-companions.ts';
import type { MatrixOutputSpec } from '#core/outputs/output-kinds.ts';
import type { MatrixInfo } from '#core/sparse/matrix-facts.ts';
import type { CompanionText } from '#core/tables/companions/companions.ts';
import {
  hiveSymlink,
  hiveTableName,
  hiveTableStatement,
} from '#core/tables/companions/hive-symlink.ts';
import { hiveTextTable } from '#core/tables/companions/hive-text.ts';

/** An output of a matrix with all its files. */
export interface AccompaniedMatrix {
  readonly spec: MatrixOutputSpec;
  readonly facts: MatrixInfo;
  /** URI of the output, with a slash at its end; its last folder names the table. */
  readonly output: string;
  /** URI of the folder of the companion, with a slash at its end. */
  readonly folder: string;
  /** URIs of the chunks in row order; each call begins again. */
  readonly uris: () => Iterable<string>;
}

/** Types of Parquet in the words of DuckDB. */
const PARQUET_TYPES: Readonly<Record<MatrixInfo['dtype'], string>> = {
  ...{ bool: 'BOOLEAN', int8: 'TINYINT', int16: 'SMALLINT', int32: 'INTEGER', int64: 'BIGINT' },
  ...{ uint8: 'UTINYINT', uint16: 'USMALLINT', uint32: 'UINTEGER', uint64: 'UBIGINT' },
  ...{ float16: 'FLOAT', float32: 'FLOAT', float64: 'DOUBLE' },
};

const SYMLINK_FOLDER = 'symlink/';

/** Files of a list in SageMaker's ManifestFile that stand in one piece of its text. */
const FILES_AT_ONCE = 1_000;

function lastFolder(output: string): string {
  return output.split('/').at(-2)!;
}

function parquetColumns(layout: 'triples' | 'lists', { dtype }: MatrixInfo) {
  const [column, value] = layout === 'triples' ? ['column', 'value'] : ['columns', 'values'];
  const list = layout === 'triples' ? '' : '[]';
  return [
    { name: 'row', type: 'BIGINT' },
    { name: column!, type: `INTEGER${list}` },
    { name: value!, type: `${PARQUET_TYPES[dtype]}${list}` },
  ];
}

/** The object that makes the table, by its kind; undefined where a kind has no columns. */
function tableOf({ spec, facts, output }: AccompaniedMatrix, location: string) {
  const name = lastFolder(output);
  if (spec.kind === 'csv') {
    return hiveTextTable({ ...hiveTexts(spec, facts), name, location });
  }
  if (spec.kind !== 'parquet') return undefined;
  const columns = parquetColumns(spec.layout, facts);
  const file = { format: 'parquet' } as const;
  const text = hiveTableStatement({ file, name: hiveTableName(name), columns, location });
  return { name: 'table.sql', contentType: 'application/sql', text };
}

function tableTexts(matrix: AccompaniedMatrix): readonly CompanionText[] {
  const made = tableOf(matrix, `${matrix.folder}${SYMLINK_FOLDER}`);
  if (made === undefined) return [];
  const { text, ...table } = made;
  return [
    {
      name: `${SYMLINK_FOLDER}symlink.txt`,
      contentType: 'text/plain',
      pieces: () => hiveSymlink(matrix.uris()),
    },
    { ...table, pieces: () => [text] },
  ];
}

/** `[{"prefix": …}, "data/chunk-000000.csv", …]`, in pieces. */
function* sagemakerList({ output, uris }: AccompaniedMatrix): Generator<string> {
  let piece = `[${JSON.stringify({ prefix: output })}`;
  let files = 0;
  for (const uri of uris()) {
    piece += `,\n${JSON.stringify(uri.slice(output.length))}`;
    files += 1;
    if (files % FILES_AT_ONCE !== 0) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}]\n`;
}

const TEXTS: Readonly<
  Record<MatrixCompanion, (matrix: AccompaniedMatrix) => readonly CompanionText[]>
> = {
  hive: tableTexts,
  sagemaker: (matrix) => [
    {
      name: 'manifest-file.json',
      contentType: 'application/json',
      pieces: () => sagemakerList(matrix),
    },
  ],
};

/** The objects of a companion of a matrix. */
export function matrixCompanionTexts(
  companion: MatrixCompanion,
  matrix: AccompaniedMatrix,
): readonly CompanionText[] {
  return TEXTS[companion](matrix);
}
