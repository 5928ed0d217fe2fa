import * as z from 'zod/mini';
import { count } from '#core/schemas/count.ts';
import { FORMATS } from './format-names.ts';

const TRUTH = 'true or false';
const LAYER = 'the path of a matrix, such as layers/counts';

/**
 * What a request may say of how a source is to be read; part of the run's identity where given.
 * What is left out follows from the content.
 */
export const sourceOptions = z.strictObject({
  /** Read as this format instead of the one that the content shows. */
  format: z.optional(z.enum(FORMATS, { error: `one of ${FORMATS.join(', ')}` })),
  /** h5ad and 10x: path of the matrix. @default 'X' of h5ad, the only matrix of a 10x file */
  layer: z.optional(z.string({ error: LAYER }).check(z.minLength(1, LAYER))),
  /** svmlight: columns are counted from 0 (true) or 1 (false). @default as scikit-learn decides */
  zeroBased: z.optional(z.boolean({ error: TRUTH })),
  /** svmlight: the label becomes column 0. @default false */
  labels: z.optional(z.boolean({ error: TRUTH })),
  /** 10x: columns are named by the ids of their features, not by their names. @default false */
  featureIds: z.optional(z.boolean({ error: TRUTH })),
  /** svmlight and npy: number of columns. @default as many as the highest index needs */
  columns: z.optional(count),
});

export type SourceOptions = Readonly<z.infer<typeof sourceOptions>>;
