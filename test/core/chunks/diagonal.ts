import { memorySource } from '#core/bytes/memory-source.ts';
import { encodedBytes } from '#core/chunks/encode-chunk.ts';
import type { MatrixOutputSpec } from '#core/outputs/output-kinds.ts';
import { factsOf } from '#core/sources/open-source.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { openMatrix } from '#support/open-matrix.ts';

/** A matrix of one stored entry in each row. */
export async function diagonal(rows: number, columns: number, value = (_: number) => 1.5) {
  const at = Array.from({ length: rows }, (_, row) => row);
  const npz = writeNpz({
    ...{ shape: [rows, columns], dtype: 'float64', indptr: [...at, rows] },
    ...{ indices: at.map((row) => (row * 7919) % columns), data: at.map(value) },
  });
  const { matrix, layout } = await openMatrix(memorySource(npz, 's3://b/diagonal.npz'));
  return { source: matrix, facts: factsOf(layout), base: { chunks: 0, rows: 0 } };
}

/** Bytes of all rows as one chunk that is not the first. */
export async function wholeBytes(
  { source }: Awaited<ReturnType<typeof diagonal>>,
  output: MatrixOutputSpec,
): Promise<number> {
  const [rows] = source.shape;
  let bytes = 0;
  const chunk = { index: 1, rowStart: 0, rowEnd: rows };
  for await (const piece of encodedBytes(source, chunk, output)) bytes += piece.length;
  return bytes;
}
