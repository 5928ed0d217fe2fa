import { Command } from 'commander';
import { planChunks } from '#core/chunking/plan-chunks.ts';
import type { CsvDialect } from '#core/encode/csv-dialect.ts';
import { chunkTextBounds } from '#core/estimate/text-size.ts';
import type { Chunking } from '#core/request-schema.ts';
import { readIndptr } from '#core/sparse/read-indptr.ts';
import { addChunkingOptions, type ChunkingOptions, chunkingOf } from './chunking-options.ts';
import { type CommandIo, printResult } from './command-io.ts';
import { addDialectOptions, type DialectOptions, parseDialect } from './dialect-options.ts';
import type { OpenMatrix } from './encode-rows.ts';
import { formatBytes, formatCount } from './format-figures.ts';
import { withMatrix } from './open-source.ts';

/** What `inspect --json` prints. */
interface Inspection {
  readonly uri: string;
  /** Bytes of the source. */
  readonly size: number;
  readonly etag: string;
  readonly format: string;
  readonly compression: 'none';
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

const EXAMPLES = `
Examples:
  $ npm run -s cli -- inspect matrix.npz
  $ npm run -s cli -- inspect s3://bucket/matrix.npz --rows-per-chunk 50000 --json
`;

async function countChunks(
  { source, layout }: OpenMatrix,
  dialect: CsvDialect,
  chunking: Chunking,
): Promise<number> {
  let chunks = 0;
  const plan = planChunks(readIndptr(source, layout), { matrix: layout, dialect, chunking });
  for await (const { index } of plan) chunks = index + 1;
  return chunks;
}

async function inspectMatrix(
  matrix: OpenMatrix,
  dialect: CsvDialect,
  chunking: Chunking,
): Promise<Inspection> {
  const { source, layout } = matrix;
  const { shape, dtype, nnz } = layout;
  const [rows, columns] = shape;
  const bounds = chunkTextBounds({ rows, columns, nnz, dtype, dialect });
  return {
    uri: source.uri,
    size: source.size,
    etag: source.etag,
    format: layout.format,
    compression: 'none',
    shape,
    dtype,
    nnz,
    density: nnz === 0 ? 0 : nnz / rows / columns,
    indptrDtype: layout.indptr.dtype,
    indicesDtype: layout.indices.dtype,
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
    `format   ${found.format}, CSR, not compressed`,
    `shape    ${formatCount(rows)} rows x ${formatCount(columns)} columns`,
    `dtype    ${found.dtype} (indptr ${found.indptrDtype}, indices ${found.indicesDtype})`,
    `nnz      ${formatCount(found.nnz)} stored entries, density ${found.density.toPrecision(3)}`,
    `text     ${formatBytes(found.minTextBytes)} to ${formatBytes(found.maxTextBytes)}`,
    `chunks   ${formatCount(found.chunks)}`,
  ].join('\n');
}

async function inspect(
  location: string,
  options: DialectOptions & ChunkingOptions,
  io: CommandIo,
): Promise<void> {
  const dialect = parseDialect(options, 'none');
  const inspection = await withMatrix(location, io.signal, (matrix) =>
    inspectMatrix(matrix, dialect, chunkingOf(options)),
  );
  await printResult(io, inspection, prose(inspection));
}

/** `inspect`: what a source holds and what a run would make of it. Reads headers and `indptr`. */
export function inspectCommand(io: () => CommandIo): Command {
  const command = new Command('inspect')
    .description('tell what a source holds and predict its text and chunks')
    .argument('<source>', 'file or s3://bucket/key');
  return addChunkingOptions(addDialectOptions(command))
    .addHelpText('after', EXAMPLES)
    .action((location: string, options: DialectOptions & ChunkingOptions) =>
      inspect(location, options, io()),
    );
}
