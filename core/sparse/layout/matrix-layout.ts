import * as z from 'zod/mini';
import { DTYPES } from '#core/elements/dtype.ts';
import { sourcePin } from '#core/objects/source-pin.ts';
import { count } from '#core/schemas/count.ts';
import { matrixFacts } from '#core/sparse/matrix-facts.ts';

/**
 * Bytes that can be read by range. Numbers are indices into the `objects` of the part. There are
 * three kinds: an object as it lies; a deflated range of an object, read through its staged seek
 * index; and the chunks of an HDF5 dataset, found by their staged table.
 */
const streamLayout = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('stored'), object: count }),
  z.strictObject({
    kind: z.literal('deflate'),
    object: count,
    /** Range of the raw deflate stream. */
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
  /** The objects that its streams refer to, also the staged ones. */
  objects: z.readonly(z.array(sourcePin)),
  indptr: arrayLayout,
  indices: arrayLayout,
  data: arrayLayout,
  /** Number of the group of each column, where columns have several dtypes. */
  columnGroups: z.optional(arrayLayout),
});

/** Where the names of consecutive rows lie: in a staged object. */
const rowNamesLayout = z.strictObject({
  object: sourcePin,
  rows: count,
  /** Bytes of the records that the object begins with. */
  recordBytes: count,
});

/** Where the labels of consecutive rows lie: in their own object, or in a staged one. */
const labelsLayout = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('array'),
    object: sourcePin,
    rows: count,
    offset: count,
    dtype: z.enum(DTYPES),
    bigEndian: z.boolean(),
  }),
  z.extend(rowNamesLayout, { kind: z.literal('texts') }),
]);

/**
 * Where the arrays of a row-sliceable matrix lie, as plain JSON. Plan finds it once by reading
 * headers. With it, every writer reads its rows without opening the containers again.
 */
export const matrixLayout = z.extend(matrixFacts, {
  /** In row order, at least one. */
  parts: z.readonly(z.array(partLayout).check(z.minLength(1))),
  /** In row order, where rows have names that are printed. */
  rowNamesParts: z.optional(z.readonly(z.array(rowNamesLayout))),
  /** In row order, where rows have labels of an object. */
  labelsParts: z.optional(z.readonly(z.array(labelsLayout))),
});

export type StreamLayout = Readonly<z.infer<typeof streamLayout>>;
export type ArrayLayout = Readonly<z.infer<typeof arrayLayout>>;
export type PartLayout = Readonly<z.infer<typeof partLayout>>;
export type LabelsLayout = Readonly<z.infer<typeof labelsLayout>>;
export type MatrixLayout = Readonly<z.infer<typeof matrixLayout>>;
