import * as z from 'zod/mini';
import { COMPRESSIONS } from '#core/outputs/compression.ts';

/** Chunks that are Matrix Market files of the format `coordinate`. */
export const mtxSpec = z.strictObject({
  kind: z.literal('mtx'),
  compression: z.enum(COMPRESSIONS),
});

export type MtxSpec = Readonly<z.infer<typeof mtxSpec>>;
