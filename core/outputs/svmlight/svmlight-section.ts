import * as z from 'zod/mini';
import { COMPRESSIONS } from '#core/outputs/compression.ts';
import { labelSection } from '#core/outputs/label-section.ts';
import { OUTPUT_PLACE } from '#core/outputs/output-place.ts';
import { isNotAppended, SINGLE, singleOf } from '#core/outputs/single-object.ts';
import type { SvmlightSpec } from './svmlight-spec.ts';

const ZERO_BASED = 'true or false: whether the first column is 0 or 1, which readers cannot see';

/** What a request says of its output as svmlight. */
export const svmlightSection = z.pipe(
  z
    .strictObject(
      {
        ...OUTPUT_PLACE,
        ...SINGLE,
        format: z.literal('svmlight'),
        zeroBased: z.boolean({ error: ZERO_BASED }),
        label: z.optional(labelSection),
        compression: z.optional(z.enum(COMPRESSIONS, { error: "'none' or 'gzip'" })),
      },
      { error: 'an object with uri, format, mode, single, zeroBased, label, compression' },
    )
    .check(isNotAppended),
  z.transform(({ uri, mode, single, label, zeroBased, compression = 'none' }) => {
    const labelled = label !== undefined && { label };
    const settings = { zeroBased, compression, ...labelled, ...singleOf(single) };
    return { uri, mode, spec: { kind: 'svmlight', ...settings } satisfies SvmlightSpec };
  }),
);
