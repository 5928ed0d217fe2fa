import * as z from 'zod/mini';
import { COMPANIONS_ASKED, companionsOf } from '#core/outputs/matrix-companions.ts';
import { OUTPUT_PLACE } from '#core/outputs/output-place.ts';
import { NOT_SINGLE } from '#core/outputs/single-object.ts';
import { wholeNumber } from '#core/schemas/count.ts';
import { CODEC_NAMES, LAYOUTS, type ParquetSpec } from './parquet-spec.ts';

/** A writer holds a row group, in the 512 MB that the smallest one has. */
const ROW_GROUP_BYTES = { least: 1024 ** 2, usual: 16 * 1024 ** 2, most: 64 * 1024 ** 2 } as const;

const COMPRESSION = "'zstd', 'gzip' or 'none' (snappy is of tables)";

const settings = z.strictObject(
  { rowGroupBytes: z.optional(wholeNumber(ROW_GROUP_BYTES.least, ROW_GROUP_BYTES.most)) },
  { error: 'an object with rowGroupBytes' },
);

/** What a request of a matrix says of its output as Parquet. */
export const parquetSection = z.pipe(
  z.strictObject(
    {
      ...OUTPUT_PLACE,
      ...COMPANIONS_ASKED,
      ...NOT_SINGLE,
      format: z.literal('parquet'),
      layout: z.optional(z.enum(LAYOUTS, { error: "'triples' or 'lists'" })),
      compression: z.optional(z.enum(CODEC_NAMES, { error: COMPRESSION })),
      parquet: z.optional(settings),
    },
    { error: 'an object with uri, format, mode, layout, compression, parquet, companions' },
  ),
  z.transform(
    ({ uri, mode, companions, layout = 'triples', compression = 'zstd', parquet = {} }) => {
      const { rowGroupBytes = ROW_GROUP_BYTES.usual } = parquet;
      const spec = {
        kind: 'parquet',
        layout,
        compression,
        rowGroupBytes,
        ...companionsOf(companions),
      } satisfies ParquetSpec;
      return { uri, mode, spec };
    },
  ),
);
