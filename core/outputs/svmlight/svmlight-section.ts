import * as z from 'zod/mini';
import { COMPRESSIONS } from '#core/outputs/compression.ts';
import { labelSection } from '#core/outputs/label-section.ts';
import { COMPANIONS_ASKED, companionsOf } from '#core/outputs/matrix-companions.ts';
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
        ...COMPANIONS_ASKED,
        ...SINGLE,
        format: z.literal('svmlight'),
        zeroBased: z.boolean({ error: ZERO_BASED }),
        label: z.optional(labelSection),
        compression: z.optional(z.enum(COMPRESSIONS, { error: "'none' or 'gzip'" })),
      },
      {
        error:
          'an object with uri, format, mode, single, zeroBased, label, compression, companions',
      },
    )
    .check(isNotAppended),
  z.transform(({ uri, mode, companions, single, label, zeroBased, compression = 'none' }) => {
    const labelled = label !== undefined && { label };
    const settings = {
      zeroBased,
      compression,
      ...labelled,
      ...singleOf(single),
      ...companionsOf(companions),
    };
    return { uri, mode, spec: { kind: 'svmlight', ...settings } satisfies SvmlightSpec };
  }),
);
