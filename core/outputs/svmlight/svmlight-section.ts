import * as z from 'zod/mini';
import { COMPRESSIONS } from '#core/outputs/compression.ts';
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
        compression: z.optional(z.enum(COMPRESSIONS, { error: "'none' or 'gzip'" })),
      },
      { error: 'an object with uri, format, mode, single, zeroBased, compression' },
    )
    .check(isNotAppended),
  z.transform(({ uri, mode, single, zeroBased, compression = 'none' }) => {
    const settings = { zeroBased, compression, ...singleOf(single) };
    return { uri, mode, spec: { kind: 'svmlight', ...settings } satisfies SvmlightSpec };
  }),
);
