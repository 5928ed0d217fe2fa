import * as z from 'zod/mini';
import { COMPRESSIONS } from '#core/outputs/compression.ts';
import { labelSpec } from '#core/outputs/label-section.ts';
import { companionsSpec } from '#core/outputs/matrix-companions.ts';
import { singleSpec } from '#core/outputs/single-object.ts';

/** Text with a line per row: a label, then `column:value` of each stored entry. */
export const svmlightSpec = z.strictObject({
  kind: z.literal('svmlight'),
  /** Whether the first column is 0, or else 1. */
  zeroBased: z.boolean(),
  compression: z.enum(COMPRESSIONS),
  ...labelSpec,
  ...companionsSpec,
  ...singleSpec,
});

export type SvmlightSpec = Readonly<z.infer<typeof svmlightSpec>>;
