import * as z from 'zod/mini';
import { NO_COMPANIONS } from '#core/outputs/matrix-companions.ts';
import { OUTPUT_PLACE } from '#core/outputs/output-place.ts';
import { NOT_SINGLE } from '#core/outputs/single-object.ts';
import type { NpzSpec } from './npz-spec.ts';

/** What a request says of its output as npz. */
export const npzSection = z.pipe(
  z.strictObject(
    { ...OUTPUT_PLACE, ...NO_COMPANIONS, ...NOT_SINGLE, format: z.literal('npz') },
    { error: 'an object with uri, format, mode' },
  ),
  z.transform(({ uri, mode }) => ({ uri, mode, spec: { kind: 'npz' } satisfies NpzSpec })),
);
