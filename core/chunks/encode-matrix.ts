import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import type { EncoderRoom } from '#core/outputs/encoder-room.ts';
import type { MatrixOutput } from '#core/outputs/output.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { defaultNames } from '#core/sparse/default-names.ts';
import { groupsLabelFirst, namesLabelFirst, putLabelFirst } from '#core/sparse/label-first.ts';
import type { Matrix } from '#core/sparse/matrix.ts';
import { SliceCounts } from '#core/sparse/matrix-source.ts';
import type { Names } from '#core/sparse/names.ts';
import { readColumnGroups } from '#core/sparse/read-column-groups.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { releaseSlice } from '#core/sparse/release-slice.ts';
import { SliceNames } from '#core/sparse/slice-names.ts';
import type { ChunkOfOutput, EncodedPart, EncodedParts } from './encoded-chunk.ts';

/** What rows of a matrix are encoded with. */
interface MatrixOptions {
  readonly output: MatrixOutput;
  readonly room: EncoderRoom;
  readonly buffer: Uint8Array;
  /** Undefined where the columns have no names of their own. */
  readonly columnNames: Names | undefined;
}

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

/** The slice with the numbers that its rows have in the output. */
function placed(slice: CsrSlice, rowsBefore: number): CsrSlice {
  const { rowStart, rowEnd } = slice;
  return { ...slice, rowStart: rowStart + rowsBefore, rowEnd: rowEnd + rowsBefore };
}

/** The group of each column, as they are written. */
async function readGroups(matrix: Matrix): Promise<Uint8Array | undefined> {
  const groups = await readColumnGroups(matrix);
  const { labelColumn: label } = matrix;
  return groups && label !== undefined ? groupsLabelFirst(groups, label) : groups;
}

/** The names of the columns, as they are written. */
function namesOf({ shape, labelColumn: label }: Matrix, given: Names | undefined): Names {
  const names = given ?? defaultNames(shape[1]);
  return label === undefined ? names : namesLabelFirst(names, label);
}

/** Encodes one row range of a matrix, slice by slice. */
export async function* encodeMatrix(
  matrix: Matrix,
  chunk: ChunkOfOutput,
  { output, room, buffer, columnNames }: MatrixOptions,
): EncodedParts {
  const { labelColumn } = matrix;
  const columnGroups = await readGroups(matrix);
  const encoder = output.createEncoder({ ...matrix, columnGroups }, room, buffer);
  const hasNames = columnNames !== undefined || output.omitsDefaultNames !== true;
  if (hasNames && output.beginsWithNames(chunk.index)) {
    const names = namesOf(matrix, columnNames);
    for await (const batch of names.read()) yield* filled(encoder.header(batch), encoder);
  }
  const { rowsBefore = 0 } = chunk;
  const counts = new SliceCounts();
  const names = new SliceNames(matrix, chunk, output.naText);
  try {
    for await (const slice of readSlices(matrix, chunk)) {
      counts.add(slice);
      if (labelColumn !== undefined) putLabelFirst(slice, labelColumn);
      for await (const piece of names.name(slice)) {
        yield* filled(encoder.encode(placed(piece, rowsBefore)), encoder);
      }
      if (encoder.holdsSlices !== true) releaseSlice(slice);
    }
  } finally {
    await names.end();
  }
  if (encoder.end !== undefined) yield* filled(encoder.end(), encoder);
  const last = { bytes: encoder.finish(), crc32: encoder.partCrc32 };
  const { content, recordCount } = encoder;
  return { last, content, recordCount, counts: counts.sums() };
}
