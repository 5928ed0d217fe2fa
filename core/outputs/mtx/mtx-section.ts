import * as z from 'zod/mini';
import { COMPRESSIONS } from '#core/outputs/compression.ts';
import { NO_COMPANIONS } from '#core/outputs/matrix-companions.ts';
import { OUTPUT_PLACE } from '#core/outputs/output-place.ts';
import { NOT_SINGLE } from '#core/outputs/single-object.ts';
import type { MtxSpec } from './mtx-spec.ts';

/** What a request says of its output as Matrix Market. */
export const mtxSection = z.pipe(
  z.strictObject(
    {
      ...OUTPUT_PLACE,
      ...NO_COMPANIONS,
      ...NOT_SINGLE,
      format: z.literal('mtx'),
      compression: z.optional(z.enum(COMPRESSIONS, { error: "'none' or 'gzip'" })),
    },
    { error: 'an object with uri, format, mode, compression' },
  ),
  z.transform(({ uri, mode, compression = 'none' }) => {
    return { uri, mode, spec: { kind: 'mtx', compression } satisfies MtxSpec };
  }),
);
