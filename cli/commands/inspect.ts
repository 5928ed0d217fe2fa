import { Command } from 'commander';
import { type CommandIo, printResult } from '#cli/frame/command-io.ts';
import { formatBytes, formatCount } from '#cli/frame/format-figures.ts';
import {
  addChunkingOptions,
  type ChunkingOptions,
  chunkingOf,
} from '#cli/options/chunking-options.ts';
import {
  addDialectOptions,
  type DialectOptions,
  parseDialect,
} from '#cli/options/dialect-options.ts';
import {
  addSourceOptions,
  SOURCE_HELP,
  type SourceFlags,
  sourceOptions,
} from '#cli/options/source-options.ts';
import { type OpenedMatrix, withMatrix } from '#cli/sources/open-source.ts';
import { planChunks } from '#core/chunks/plan-matrix.ts';
import type { CsvDialect } from '#core/outputs/csv/csv-dialect.ts';
import { chunkTextBounds } from '#core/outputs/csv/text-bounds.ts';
import type { Chunking } from '#core/request/request-schema.ts';
import type { PartLayout } from '#core/sparse/layout/matrix-layout.ts';
import type { Matrix } from '#core/sparse/matrix.ts';
import { readIndptr } from '#core/sparse/read-indptr.ts';

type Access = 'in place' | 'seek index' | 'chunk table' | 'copy by rows';

/** What `inspect --json` prints. */
interface Inspection {
  readonly uri: string;
  /** Bytes of the source. */
  readonly size: number;
  readonly etag: string;
  readonly format: string;
  /** How rows are reached: as they lie, by a small index of compressed arrays, or in a copy made once. */
  readonly access: Access;
  readonly parts: number;
  /** Bytes of the index or of the copy, kept in the output bucket for later runs. */
  readonly stagedBytes: number;
  readonly shape: readonly [rows: number, columns: number];
  readonly dtype: string;
  readonly nnz: number;
  /** Stored entries by cells; 0 when there are no cells. */
  readonly density: number;
  readonly indptrDtype: string;
  readonly indicesDtype: string;
  /** Bounds of the whole text, bytes. */
  readonly minTextBytes: number;
  readonly maxTextBytes: number;
  readonly chunking: Chunking;
  readonly chunks: number;
}

interface InspectOptions extends DialectOptions, ChunkingOptions, SourceFlags {}

const EXAMPLES = `
Examples:
  $ npm run -s cli -- inspect matrix.npz
  $ npm run -s cli -- inspect s3://bucket/matrix.npz --rows-per-chunk 50000 --json
`;

function accessOf({ data }: PartLayout, isStaged: boolean): Access {
  if (data.stream.kind === 'deflate') return 'seek index';
  if (data.stream.kind === 'chunks') return 'chunk table';
  return isStaged ? 'copy by rows' : 'in place';
}

async function countChunks(
  matrix: Matrix,
  dialect: CsvDialect,
  chunking: Chunking,
): Promise<number> {
  let chunks = 0;
  const plan = planChunks(readIndptr(matrix), { matrix, dialect, chunking });
  for await (const { index } of plan) chunks = index + 1;
  return chunks;
}

async function inspectMatrix(
  { pin, layout, stagedBytes, matrix }: OpenedMatrix,
  dialect: CsvDialect,
  chunking: Chunking,
): Promise<Inspection> {
  const { shape, dtype, nnz, fillValue } = matrix;
  const [rows, columns] = shape;
  const bounds = chunkTextBounds({ rows, columns, nnz, dtype, fillValue, dialect });
  const { indptr, indices } = layout.parts[0]!;
  return {
    uri: pin.uri,
    size: pin.size,
    etag: pin.etag,
    format: layout.format,
    access: accessOf(layout.parts[0]!, stagedBytes > 0),
    parts: layout.parts.length,
    stagedBytes,
    shape,
    dtype,
    nnz,
    density: nnz === 0 ? 0 : nnz / rows / columns,
    indptrDtype: indptr.dtype,
    indicesDtype: indices.dtype,
    minTextBytes: bounds.min,
    maxTextBytes: bounds.max,
    chunking,
    chunks: await countChunks(matrix, dialect, chunking),
  };
}

function prose(found: Inspection): string {
  const [rows, columns] = found.shape;
  return [
    `source   ${found.uri} (${formatBytes(found.size)}, etag ${found.etag})`,
    `format   ${found.format}, ${formatCount(found.parts)} ${found.parts === 1 ? 'part' : 'parts'}`,
    `access   ${found.access}${found.stagedBytes > 0 ? ` (${formatBytes(found.stagedBytes)}, made once)` : ''}`,
    `shape    ${formatCount(rows)} rows x ${formatCount(columns)} columns`,
    `dtype    ${found.dtype} (indptr ${found.indptrDtype}, indices ${found.indicesDtype})`,
    `nnz      ${formatCount(found.nnz)} stored entries, density ${found.density.toPrecision(3)}`,
    `text     ${formatBytes(found.minTextBytes)} to ${formatBytes(found.maxTextBytes)}`,
    `chunks   ${formatCount(found.chunks)}`,
  ].join('\n');
}

async function inspect(
  locations: readonly string[],
  options: InspectOptions,
  io: CommandIo,
): Promise<void> {
  const dialect = parseDialect(options, 'none');
  const asked = { locations, options: sourceOptions(options) };
  const inspection = await withMatrix(asked, io.signal, (opened) =>
    inspectMatrix(opened, dialect, chunkingOf(options)),
  );
  await printResult(io, inspection, prose(inspection));
}

/** `inspect`: what a source holds and what a run would make of it. Reads headers and `indptr`. */
export function inspectCommand(io: () => CommandIo): Command {
  const command = new Command('inspect')
    .description('tell what a source holds and predict its text and chunks')
    .argument('<source...>', SOURCE_HELP);
  return addChunkingOptions(addDialectOptions(addSourceOptions(command)))
    .addHelpText('after', EXAMPLES)
    .action((locations: readonly string[], options: InspectOptions) =>
      inspect(locations, options, io()),
    );
}
