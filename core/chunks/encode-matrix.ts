import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import type { EncoderRoom } from '#core/outputs/encoder-room.ts';
import type { Output } from '#core/outputs/output.ts';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import { defaultColumnNames } from '#core/sparse/column-names.ts';
import type { Matrix } from '#core/sparse/matrix.ts';
import { SliceCounts } from '#core/sparse/matrix-source.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { releaseSlice } from '#core/sparse/release-slice.ts';
import type { EncodedPart, EncodedParts } from './encode-chunk.ts';

/** Yields the parts that one call of an encoder fills. */
function* filled(
  parts: Generator<Uint8Array, void, Uint8Array>,
  encoder: ChunkEncoder,
): Generator<EncodedPart, void, Uint8Array> {
  let step = parts.next(new Uint8Array(0));
  while (step.done !== true) {
    step = parts.next(yield { bytes: step.value, crc32: encoder.partCrc32 });
  }
}

/** Encodes one row range of a matrix, slice by slice. */
export async function* encodeMatrix(
  matrix: Matrix,
  chunk: PlannedChunk,
  {
    output,
    room,
    buffer,
  }: { readonly output: Output; readonly room: EncoderRoom; readonly buffer: Uint8Array },
): EncodedParts {
  const encoder = output.createEncoder(matrix, room, buffer);
  if (output.beginsWithNames(chunk.index)) {
    yield* filled(encoder.header(defaultColumnNames(matrix.shape[1])), encoder);
  }
  const counts = new SliceCounts();
  for await (const slice of readSlices(matrix, chunk)) {
    counts.add(slice);
    yield* filled(encoder.encode(slice), encoder);
    releaseSlice(slice);
  }
  if (encoder.end !== undefined) yield* filled(encoder.end(), encoder);
  const last = { bytes: encoder.finish(), crc32: encoder.partCrc32 };
  return { last, content: encoder.content, counts: counts.sums() };
}
