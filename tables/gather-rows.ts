import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine, TableFile, WrittenFile } from '@sparse-fanout/engine';
import type { Companion } from '#core/tables/companions/companion-names.ts';
import { fileSchema } from '#core/tables/partition/partition-columns.ts';
import type { TableOutput } from '#core/tables/run/asked-table.ts';
import { outputSchemaOf, type TableLayout } from '#core/tables/run/table-layout.ts';
import { emptySql } from '#core/tables/schema/joined-sql.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import { type WantedRows, wantedSql } from '#core/tables/shuffle/shuffle-sql.ts';
import { hasOwnGroups } from '#core/tables/shuffle/whole-groups.ts';
import { type FetchedRows, type OpenedShare, withShares } from './fetch-shares.ts';
import { joinParquetFiles } from './join-files.ts';
import { outputFileOf } from './table-file.ts';

/** What a file of a partition is gathered with. */
export interface GatherOptions {
  /** Reads and writes in `directory` alone. */
  readonly engine: Engine;
  /** The engine's own; what is written there beside the file is removed again. */
  readonly directory: string;
  readonly layout: TableLayout;
  readonly partitionBy: readonly string[];
  readonly output: TableOutput;
  /** Whose readers the file is for. @default none */
  readonly companions?: readonly Companion[] | undefined;
  /** Name in the directory of the file to write. */
  readonly name: string;
  /** Of the footer of Parquet, in this order. */
  readonly keyValues?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Rows of a file, in row groups that stay as they are, or to be encoded. */
type Piece = { readonly copied: string } | { readonly read: WantedRows[] };

/** Whole row groups that are large enough are copied; what else follows each other is read. */
function piecesOf(wanted: readonly FetchedRows[], rowGroupRows: number): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const { rows, ...range } of wanted) {
    const last = pieces.at(-1);
    if (range.start === 0 && range.end === rows && hasOwnGroups(rows, rowGroupRows)) {
      pieces.push({ copied: range.path });
    } else if (last !== undefined && 'read' in last) last.read.push(range);
    else pieces.push({ read: [range] });
  }
  return pieces;
}

/** What a file is gathered from. */
interface Gathering extends GatherOptions {
  readonly schema: TableSchema;
  readonly file: TableFile;
}

/** Joins the pieces of a file; those that are encoded lie in the directory meanwhile. */
async function joinPieces(
  pieces: readonly Piece[],
  { engine, directory, schema, file, signal }: Gathering,
): Promise<WrittenFile> {
  const own = join(directory, 'pieces');
  await mkdir(own);
  const write = async (name: string, text: string) => {
    const path = join(own, `${name}.parquet`);
    await engine.writeSelect({ text }, { ...file, path }, signal && { signal });
    return path;
  };
  try {
    const template = await write('template', emptySql(schema));
    const paths: string[] = [];
    for (const [at, piece] of pieces.entries()) {
      const isCopied = 'copied' in piece;
      paths.push(isCopied ? piece.copied : await write(String(at), wantedSql(piece.read, schema)));
    }
    return await joinParquetFiles(template, paths, file.path);
  } finally {
    await rm(own, { recursive: true });
  }
}

/**
 * Writes rows that were scattered into one file, one share after the other, without the columns of
 * partitions. Large row groups of Parquet are copied as they are. The same shares give the same
 * bytes.
 *
 * Memory: 64 MiB, and the engine's own. In the directory lie the row groups of the shares, and the
 * file; where some are copied, those of the others once more.
 *
 * @throws {CorruptSourceError} an object is not what a mapper wrote.
 */
export async function gatherRows(
  shares: readonly OpenedShare[],
  options: GatherOptions,
): Promise<WrittenFile> {
  const { engine, directory, layout, output, partitionBy, name, signal } = options;
  const { keyValues, companions } = options;
  const { rowGroupRows } = layout;
  return await withShares(shares, directory, async (wanted) => {
    const table = outputSchemaOf(layout);
    const schema = fileSchema(table, partitionBy);
    const parts = { path: join(directory, name), rowGroupRows, schema };
    const kept = { table, companions, ...(keyValues && { keyValues }) };
    const file = outputFileOf(output, { ...parts, ...kept });
    const pieces = output.format === 'parquet' ? piecesOf(wanted, rowGroupRows) : [];
    if (pieces.some((piece) => 'copied' in piece)) {
      return await joinPieces(pieces, { ...options, schema, file });
    }
    const text = wantedSql(wanted, schema);
    return await engine.writeSelect({ text }, file, signal && { signal });
  });
}
