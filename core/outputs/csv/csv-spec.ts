import * as z from 'zod/mini';
import { COMPRESSIONS } from '#core/outputs/compression.ts';
import { labelSpec } from '#core/outputs/label-section.ts';
import { companionsSpec } from '#core/outputs/matrix-companions.ts';
import { singleSpec } from '#core/outputs/single-object.ts';
import { csvDialect } from './csv-dialect.ts';

/** Text with a line per row, as pandas' `to_csv` writes it. @see docs/csv-text.md */
export const csvSpec = z.strictObject({
  kind: z.literal('csv'),
  dialect: csvDialect,
  compression: z.enum(COMPRESSIONS),
  ...labelSpec,
  ...companionsSpec,
  ...singleSpec,
});

export type CsvSpec = Readonly<z.infer<typeof csvSpec>>;
