import * as z from 'zod/mini';
import { COMPRESSIONS } from '#core/outputs/compression.ts';
import { labelSection } from '#core/outputs/label-section.ts';
import { COMPANIONS_ASKED, companionsOf } from '#core/outputs/matrix-companions.ts';
import { OUTPUT_PLACE } from '#core/outputs/output-place.ts';
import { isNotAppended, SINGLE, singleOf } from '#core/outputs/single-object.ts';
import { type RecordioSpec, TENSORS } from './recordio-spec.ts';

/** What a request says of its output as RecordIO; the algorithms of SageMaker read float32. */
export const recordioSection = z.pipe(
  z
    .strictObject(
      {
        ...OUTPUT_PLACE,
        ...COMPANIONS_ASKED,
        ...SINGLE,
        format: z.literal('recordio-protobuf'),
        tensor: z.optional(z.enum(TENSORS, { error: "'float32' or 'float64'" })),
        label: z.optional(labelSection),
        compression: z.optional(z.enum(COMPRESSIONS, { error: "'none' or 'gzip'" })),
      },
      { error: 'an object with uri, format, mode, single, tensor, label, compression, companions' },
    )
    .check(isNotAppended),
  z.transform(
    ({ uri, mode, companions, single, label, tensor = 'float32', compression = 'none' }) => {
      const labelled = label !== undefined && { label };
      const settings = {
        tensor,
        compression,
        ...labelled,
        ...singleOf(single),
        ...companionsOf(companions),
      };
      const spec = { kind: 'recordio-protobuf', ...settings } satisfies RecordioSpec;
      return { uri, mode, spec };
    },
  ),
);
