import { ManifestError } from '#core/errors.ts';
import { checkBytes } from '#core/outputs/check-bytes.ts';
import type { ContentFigures, Output } from '#core/outputs/output.ts';
import { parseReceipt } from '#core/tables/postgres/receipt.ts';
import type { TableSpec } from './table-spec.ts';

const ENDINGS = { none: '', gzip: '.gz', zstd: '.zst' } as const;

const CONTENT_TYPES = {
  csv: 'text/csv',
  jsonl: 'application/x-ndjson',
  gzip: 'application/gzip',
  zstd: 'application/zstd',
  parquet: 'application/vnd.apache.parquet',
  receipt: 'application/json',
} as const;

function storedAs({ file }: TableSpec): Pick<Output, 'ending' | 'contentType'> {
  if (file.format === 'parquet') {
    return { ending: '.parquet', contentType: CONTENT_TYPES.parquet };
  }
  if (file.format === 'postgres') return { ending: '.json', contentType: CONTENT_TYPES.receipt };
  const { format, compression } = file;
  const ending = `.${format}${ENDINGS[compression]}`;
  return { ending, contentType: CONTENT_TYPES[compression === 'none' ? format : compression] };
}

/** What a receipt says was sent. @throws {ManifestError} it is no receipt. */
async function figuresOfReceipt(
  stored: AsyncIterable<Uint8Array>,
  uri: string,
): Promise<ContentFigures> {
  const pieces = await Array.fromAsync(stored);
  const found = parseReceipt(Buffer.concat(pieces).toString());
  if (found === undefined) throw new ManifestError(`${uri} is no receipt of a loaded chunk`);
  return { bytes: found.bytes, records: found.rows, crc32: Number.parseInt(found.crc32, 16) };
}

/**
 * Files of a table. Their content is the object, whatever its compression; of rows
 * of a database the CSV that was sent, of which the object is the receipt.
 */
export function tableOutput(spec: TableSpec): Output {
  const { format, ...settings } = spec.file;
  const isSingle = 'single' in settings && settings.single === true;
  const named = Object.entries(settings).map(([name, value]) => [`output.${name}`, value]);
  return {
    ...storedAs(spec),
    isSingle,
    describe: () => ({
      'output.format': format,
      ...Object.fromEntries(named),
      'output.single': isSingle,
      'output.partitionBy': spec.partitionBy?.join(', ') ?? 'none',
    }),
    recordCount: (_, counted) => counted,
    check: format === 'postgres' ? figuresOfReceipt : checkBytes,
  };
}
