import * as z from 'zod/mini';
import { S3_URI } from '#core/objects/s3-uri.ts';
import type { AskedLabels } from './output.ts';

const COLUMN = 'the name of a column, or its number from 0';

const URI = 'the S3 URI of a .npy of one dimension, or of a text with one label per line';

/** The label of each row, in requests and specs: a column, or an object with one label per row. */
export const labelSection = z
  .strictObject(
    {
      column: z.optional(
        z.union([z.string(), z.int().check(z.gte(0, { error: COLUMN }))], { error: COLUMN }),
      ),
      uri: z.optional(z.string({ error: URI }).check(z.regex(S3_URI, { error: URI }))),
    },
    { error: `an object with either column (${COLUMN}) or uri (${URI})` },
  )
  .check(
    z.refine(({ column, uri }) => (column === undefined) !== (uri === undefined), {
      error: `an object with either column (${COLUMN}) or uri (${URI})`,
    }),
  );

/** What the spec of a kind has where rows have a label. */
export const labelSpec = { label: z.optional(labelSection) };

export type LabelSpec = Readonly<z.infer<typeof labelSection>>;

/** The object that has the labels, if one has them. */
export function askedLabels(
  label: LabelSpec | undefined,
  { areNumbers }: Pick<AskedLabels, 'areNumbers'>,
): AskedLabels | undefined {
  return label?.uri === undefined ? undefined : { uri: label.uri, areNumbers };
}

/** How a label is described among the settings. Batches of one output have objects of their own. */
export function describeLabel(label: LabelSpec | undefined): string {
  if (label === undefined) return 'none';
  return label.uri === undefined ? `column ${JSON.stringify(label.column)}` : 'of an object';
}
