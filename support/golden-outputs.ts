import { withSource } from '#cli/sources/with-source.ts';
import { encodedBytes } from '#core/chunks/encode-chunk.ts';
import { planChunks } from '#core/chunks/plan-chunks.ts';
import { type MatrixOutputSpec, matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { goldenPath } from './golden.ts';

/** Chunks of a matrix, and rows of the smallest one. */
const CHUNKS = 4;
const LEAST_ROWS = 7;

/** Every sparse output, in which golden matrices are written. */
export const GOLDEN_SPECS: readonly MatrixOutputSpec[] = [
  { kind: 'svmlight', zeroBased: true, compression: 'none' },
  { kind: 'svmlight', zeroBased: false, compression: 'gzip' },
  { kind: 'npz' },
  { kind: 'mtx', compression: 'none' },
  { kind: 'mtx', compression: 'gzip' },
  { kind: 'recordio-protobuf', tensor: 'float32', compression: 'none' },
  { kind: 'recordio-protobuf', tensor: 'float64', compression: 'gzip' },
  { kind: 'parquet', layout: 'triples', compression: 'none', rowGroupBytes: 1024 },
  { kind: 'parquet', layout: 'lists', compression: 'none', rowGroupBytes: 1024 },
];

/** A chunk of a golden matrix in a format. */
export interface GoldenChunk {
  readonly rows: number;
  readonly stored: Buffer;
  /** Uncompressed. */
  readonly content: Buffer;
}

/** The chunks of a golden matrix, of a few rows each. */
export async function goldenChunks(file: string, spec: MatrixOutputSpec): Promise<GoldenChunk[]> {
  const chunks: GoldenChunk[] = [];
  const { signal } = new AbortController();
  const output = matrixOutputOf(spec);
  const asked = { locations: [goldenPath(file)], options: {} };
  await withSource(asked, signal, async ({ source }) => {
    const chunkRows = Math.max(LEAST_ROWS, Math.ceil(source.shape[0] / CHUNKS));
    const plan = { output: spec, chunking: { rows: chunkRows } };
    for await (const chunk of planChunks(source, plan)) {
      const parts = encodedBytes(source, chunk, spec);
      const pieces = await Array.fromAsync(parts, (part) => Buffer.from(part));
      const content = await Array.fromAsync(output.content(oneByOne(pieces), file));
      const rows = chunk.rowEnd - chunk.rowStart;
      chunks.push({ rows, stored: Buffer.concat(pieces), content: Buffer.concat(content) });
    }
  });
  return chunks;
}

async function* oneByOne(pieces: readonly Buffer[]) {
  yield* pieces;
}
