import * as z from 'zod/mini';

const COLUMN = 'the name of a column, or its number from 0';

/** The column that becomes the label of its row, in requests and specs. */
export const labelSection = z.strictObject(
  {
    column: z.union([z.string(), z.int().check(z.gte(0, { error: COLUMN }))], { error: COLUMN }),
  },
  { error: `an object with column: ${COLUMN}` },
);

/** What the spec of a kind has where rows have a label. */
export const labelSpec = { label: z.optional(labelSection) };

export type LabelSpec = Readonly<z.infer<typeof labelSection>>;

/** How a label is described among the settings. */
export function describeLabel(label: LabelSpec | undefined): string {
  return label === undefined ? 'none' : `column ${JSON.stringify(label.column)}`;
}
