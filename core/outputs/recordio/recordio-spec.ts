import * as z from 'zod/mini';
import { COMPRESSIONS } from '#core/outputs/compression.ts';
import { labelSpec } from '#core/outputs/label-section.ts';
import { companionsSpec } from '#core/outputs/matrix-companions.ts';
import { singleSpec } from '#core/outputs/single-object.ts';

/** Types of the values of a tensor. */
export const TENSORS = ['float32', 'float64'] as const;

/** A record of SageMaker per row, with a sparse tensor. */
export const recordioSpec = z.strictObject({
  kind: z.literal('recordio-protobuf'),
  tensor: z.enum(TENSORS),
  compression: z.enum(COMPRESSIONS),
  ...labelSpec,
  ...companionsSpec,
  ...singleSpec,
});

export type RecordioSpec = Readonly<z.infer<typeof recordioSpec>>;
export type Tensor = RecordioSpec['tensor'];
