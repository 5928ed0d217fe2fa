import * as z from 'zod/mini';
import { DTYPES } from '#core/elements/dtype.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { sourcePin } from '#core/objects/source-pin.ts';
import { FORMATS, type MatrixLayout } from './matrix-layout.ts';

const count = z.int().check(z.nonnegative());

const streamLayout = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('stored'), object: count }),
  z.strictObject({
    kind: z.literal('deflate'),
    object: count,
    compressed: z.strictObject({ offset: count, length: count }),
    size: count,
    index: count,
  }),
  z.strictObject({ kind: z.literal('chunks'), object: count, index: count, size: count }),
]);

const arrayLayout = z.strictObject({
  stream: streamLayout,
  offset: count,
  length: count,
  dtype: z.enum(DTYPES),
  bigEndian: z.boolean(),
});

const matrixLayout = z.strictObject({
  format: z.enum(FORMATS),
  shape: z.readonly(z.tuple([count, count])),
  dtype: z.enum(DTYPES),
  nnz: count,
  fillValue: z.optional(z.literal('NaN')),
  parts: z
    .array(
      z.strictObject({
        uri: z.string(),
        rows: count,
        nnz: count,
        objects: z.array(sourcePin),
        indptr: arrayLayout,
        indices: arrayLayout,
        data: arrayLayout,
      }),
    )
    .check(z.minLength(1)),
});

/** @throws {CorruptSourceError} the text is not a layout as Plan writes it. */
export function parseLayout(text: string): MatrixLayout {
  const parsed = matrixLayout.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CorruptSourceError(
    `the layout of the source is damaged: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}
