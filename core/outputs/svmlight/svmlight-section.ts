import * as z from 'zod/mini';
import { COMPRESSIONS } from '#core/outputs/compression.ts';
import { OUTPUT_PLACE } from '#core/outputs/output-place.ts';
import type { SvmlightSpec } from './svmlight-spec.ts';

const ZERO_BASED = 'true or false: whether the first column is 0 or 1, which readers cannot see';

/** What a request says of its output as svmlight. */
export const svmlightSection = z.pipe(
  z.strictObject(
    {
      ...OUTPUT_PLACE,
      format: z.literal('svmlight'),
      zeroBased: z.boolean({ error: ZERO_BASED }),
      compression: z.optional(z.enum(COMPRESSIONS, { error: "'none' or 'gzip'" })),
    },
    { error: 'an object with uri, format, mode, zeroBased, compression' },
  ),
  z.transform(({ uri, mode, zeroBased, compression = 'none' }) => {
    return { uri, mode, spec: { kind: 'svmlight', zeroBased, compression } satisfies SvmlightSpec };
  }),
);
