import * as z from 'zod/mini';
import { companionsSpec } from '#core/outputs/matrix-companions.ts';
import { count } from '#core/schemas/count.ts';

export const LAYOUTS = ['triples', 'lists'] as const;
export const CODEC_NAMES = ['zstd', 'gzip', 'none'] as const;

/** Parquet of a matrix: a row per stored entry, or a row per row with lists. */
export const parquetSpec = z.strictObject({
  kind: z.literal('parquet'),
  layout: z.enum(LAYOUTS),
  compression: z.enum(CODEC_NAMES),
  /** Bytes of values in a row group, before they are compressed. */
  rowGroupBytes: count,
  ...companionsSpec,
});

export type ParquetSpec = Readonly<z.infer<typeof parquetSpec>>;
