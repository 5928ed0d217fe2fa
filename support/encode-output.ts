import { openEncoderRoom } from '#core/outputs/encoder-room.ts';
import { type MatrixOutputSpec, matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import type { MatrixInfo } from '#core/sparse/matrix-facts.ts';

/** What an encoder made. */
export interface EncodedOutput {
  readonly bytes: Buffer;
  readonly content: { readonly bytes: number; readonly crc32: number } | undefined;
  readonly records: number | undefined;
}

/**
 * Encodes slices by the encoder of an output into one text.
 *
 * @param partBytes sizes of the part buffers, used in turn.
 */
export function encodeOutput(
  spec: MatrixOutputSpec,
  facts: MatrixInfo,
  slices: Iterable<CsrSlice>,
  partBytes: readonly number[] = [4096],
): EncodedOutput {
  const parts: Uint8Array[] = [];
  const nextBuffer = () => new Uint8Array(partBytes[parts.length % partBytes.length]!).fill(0x7e);
  const room = openEncoderRoom({ count: 0, bytes: 0 });
  const encoder = matrixOutputOf(spec).createEncoder(facts, room, nextBuffer());
  const drain = (generator: Generator<Uint8Array, void, Uint8Array>) => {
    const first = generator.next(new Uint8Array(0));
    for (let step = first; step.done !== true; step = generator.next(nextBuffer())) {
      parts.push(step.value);
    }
  };
  for (const slice of slices) drain(encoder.encode(slice));
  if (encoder.end !== undefined) drain(encoder.end());
  parts.push(encoder.finish());
  const { content, recordCount: records } = encoder;
  return { bytes: Buffer.concat(parts), content, records };
}

/** The facts of a matrix that is one slice. */
export function factsOfSlice(
  slice: CsrSlice,
  { columns, dtype }: { readonly columns: number; readonly dtype: MatrixInfo['dtype'] },
): MatrixInfo {
  return { shape: [slice.rowEnd, columns], dtype, nnz: slice.nnz };
}
