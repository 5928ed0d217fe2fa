import { crc32 } from 'node:zlib';
import type { ContentFigures, Output } from '#core/outputs/output.ts';
import type { TableSpec } from './table-spec.ts';

const ENDINGS = { none: '', gzip: '.gz', zstd: '.zst' } as const;

const CONTENT_TYPES = {
  csv: 'text/csv',
  jsonl: 'application/x-ndjson',
  gzip: 'application/gzip',
  zstd: 'application/zstd',
  parquet: 'application/vnd.apache.parquet',
} as const;

function storedAs({ file }: TableSpec): Pick<Output, 'ending' | 'contentType'> {
  if (file.format === 'parquet') {
    return { ending: '.parquet', contentType: CONTENT_TYPES.parquet };
  }
  const { format, compression } = file;
  const ending = `.${format}${ENDINGS[compression]}`;
  return { ending, contentType: CONTENT_TYPES[compression === 'none' ? format : compression] };
}

/** Length and CRC-32 of the object as it is. Its records are what the writer counted. */
async function figuresOf(stored: AsyncIterable<Uint8Array>): Promise<ContentFigures> {
  let bytes = 0;
  let crc = 0;
  for await (const block of stored) {
    bytes += block.length;
    crc = crc32(block, crc);
  }
  return { bytes, records: undefined, crc32: crc };
}

/** Files of a table. Their content is the object, whatever its compression. */
export function tableOutput(spec: TableSpec): Output {
  const { format, ...settings } = spec.file;
  const named = Object.entries(settings).map(([name, value]) => [`output.${name}`, value]);
  return {
    ...storedAs(spec),
    describe: () => ({
      'output.format': format,
      ...Object.fromEntries(named),
      'output.partitionBy': spec.partitionBy?.join(', ') ?? 'none',
    }),
    recordCount: (_, counted) => counted,
    check: figuresOf,
  };
}
