import * as z from 'zod/mini';
import { COMPRESSIONS } from '#core/outputs/compression.ts';
import { labelSection } from '#core/outputs/label-section.ts';
import { COMPANIONS_ASKED, companionsOf } from '#core/outputs/matrix-companions.ts';
import { OUTPUT_PLACE } from '#core/outputs/output-place.ts';
import { isNotAppended, SINGLE, singleOf } from '#core/outputs/single-object.ts';
import { DEFAULT_DIALECT, delimiterProblem, naRepProblem } from './csv-dialect.ts';
import type { CsvSpec } from './csv-spec.ts';
import { PROFILE_ALIASES } from './profiles.ts';

const profile = z.pipe(
  z.enum(Object.keys(PROFILE_ALIASES), {
    error: `one of ${Object.keys(PROFILE_ALIASES).join(', ')}`,
  }),
  z.transform((name) => PROFILE_ALIASES[name]!),
);

/** A string in which `problem` finds nothing wrong. */
function textWithout(problem: (text: string) => string | undefined) {
  return z.string({ error: 'a text' }).check(
    z.check<string>((context) => {
      const message = problem(context.value);
      if (message === undefined) return;
      context.issues.push({ code: 'custom', message, input: context.value });
    }),
  );
}

const text = z
  .strictObject(
    {
      profile: z.optional(profile),
      delimiter: z.optional(textWithout(delimiterProblem)),
      naRep: z.optional(textWithout(naRepProblem)),
      header: z.optional(z.enum(['none', 'first-chunk'], { error: "'none' or 'first-chunk'" })),
      index: z.optional(z.boolean({ error: 'true or false' })),
      label: z.optional(labelSection),
    },
    { error: 'an object with profile, delimiter, naRep, header, index, label' },
  )
  .check(
    z.refine(({ index, label }) => index !== true || label?.uri === undefined, {
      error: 'an object with either index or label.uri, as a line begins with one of them',
    }),
  );

/** The settings of CSV in a request; `text` becomes the dialect. */
export const csvSection = z.pipe(
  z
    .strictObject(
      {
        ...OUTPUT_PLACE,
        ...COMPANIONS_ASKED,
        ...SINGLE,
        format: z.literal('csv'),
        compression: z.optional(z.enum(COMPRESSIONS, { error: "'none' or 'gzip'" })),
        text: z.optional(text),
      },
      { error: 'an object with uri, format, mode, single, compression, text, companions' },
    )
    .check(isNotAppended),
  z.transform(({ uri, mode, companions, single, compression = 'none', text: given }) => {
    const { index, label, ...words } = given ?? {};
    const dialect = { ...DEFAULT_DIALECT, ...words, ...(index === true && { index }) };
    const labelled = label !== undefined && { label };
    const spec = {
      kind: 'csv',
      dialect,
      compression,
      ...labelled,
      ...singleOf(single),
      ...companionsOf(companions),
    } satisfies CsvSpec;
    return { uri, mode, spec };
  }),
);
