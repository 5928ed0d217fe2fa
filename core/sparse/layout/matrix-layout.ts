import * as z from 'zod/mini';
import { DTYPES } from '#core/elements/dtype.ts';
import { sourcePin } from '#core/objects/source-pin.ts';
import { count } from '#core/schemas/count.ts';
import { matrixFacts } from '#core/sparse/matrix-facts.ts';

/**
 * A run of bytes that can be read by range, by a number into the `objects` of its part:
 * an object as it lies; a deflated range of one, read through its staged seek index; or the
 * chunks of an HDF5 dataset, found through their staged table.
 */
const streamLayout = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('stored'), object: count }),
  z.strictObject({
    kind: z.literal('deflate'),
    object: count,
    /** Where the raw deflate stream lies. */
    compressed: z.strictObject({ offset: count, length: count }),
    /** Bytes when inflated. */
    size: count,
    index: count,
  }),
  z.strictObject({ kind: z.literal('chunks'), object: count, index: count, size: count }),
]);

/** Where one array lies: `length` elements from byte `offset` of its stream. */
const arrayLayout = z.strictObject({
  stream: streamLayout,
  offset: count,
  /** Elements, not bytes. */
  length: count,
  dtype: z.enum(DTYPES),
  bigEndian: z.boolean(),
});

/** One row-sliceable CSR matrix: the whole source, or the rows of one part of it. */
const partLayout = z.strictObject({
  /** Names the part in messages. */
  uri: z.string(),
  rows: count,
  nnz: count,
  /** What the streams of its arrays refer to, staged objects too. */
  objects: z.readonly(z.array(sourcePin)),
  indptr: arrayLayout,
  indices: arrayLayout,
  data: arrayLayout,
});

/**
 * Where the arrays of a row-sliceable matrix lie. Plain JSON: Plan finds it once by reading headers,
 * and every writer reads its slice from it without opening the containers again.
 */
export const matrixLayout = z.extend(matrixFacts, {
  /** In row order, at least one. */
  parts: z.readonly(z.array(partLayout).check(z.minLength(1))),
});

export type StreamLayout = Readonly<z.infer<typeof streamLayout>>;
export type ArrayLayout = Readonly<z.infer<typeof arrayLayout>>;
export type PartLayout = Readonly<z.infer<typeof partLayout>>;
export type MatrixLayout = Readonly<z.infer<typeof matrixLayout>>;
