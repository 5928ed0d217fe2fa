import { UnsupportedSourceError } from '#core/errors.ts';

export type TextFormat = 'csv' | 'jsonl';
export type Compression = 'gzip' | 'zstd';

/** What is said of an object: by a request, or by its name. */
export interface SaidFormat {
  readonly format?: TextFormat | 'parquet' | undefined;
  readonly compression?: Compression | undefined;
}

const COMPRESSIONS: Readonly<Record<string, Compression>> = {
  ...{ gz: 'gzip', gzip: 'gzip', zst: 'zstd', zstd: 'zstd' },
};

const FORMATS: Readonly<Record<string, TextFormat | 'parquet'>> = {
  ...{ csv: 'csv', tsv: 'csv', jsonl: 'jsonl', ndjson: 'jsonl', json: 'jsonl' },
  ...{ parquet: 'parquet', parq: 'parquet', pq: 'parquet' },
};

/** Names of what is never read, by their ends. */
const REFUSED: Readonly<Record<string, string>> = {
  ...{ bz2: 'bzip2', xz: 'xz', zip: 'a zip archive', tar: 'a tar archive', tgz: 'a tar archive' },
  ...{ orc: 'ORC', avro: 'Avro', arrow: 'Arrow', feather: 'Feather', xlsx: 'an Excel sheet' },
  ...{ lz4: 'LZ4', snappy: 'Snappy', br: 'Brotli' },
};

/** The refusal of an object that is something else. */
export function notRead(uri: string, what: string): UnsupportedSourceError {
  return new UnsupportedSourceError(
    `${uri} is ${what}, which is not read; give CSV, JSON lines or Parquet, the texts plain or as gzip or zstd`,
  );
}

/** The ends of a name, the last one first, without the name itself. */
function endsOf(uri: string): readonly string[] {
  const name = uri.slice(uri.lastIndexOf('/') + 1).toLowerCase();
  return name.split('.').slice(1).reverse();
}

/** A property of its own, so that no name finds what all objects have. */
function at<T>(table: Readonly<Record<string, T>>, key: string | undefined): T | undefined {
  return key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}

/** What the name of an object says of it. */
export interface NamedFormat extends SaidFormat {
  /** The format that is not read, by its end. */
  readonly refused?: string | undefined;
}

/**
 * What the name of an object says of its format, such as `a.csv.gz`; nothing where it has no end,
 * as `part-00000`.
 */
export function formatOfName(uri: string): NamedFormat {
  const [last, before] = endsOf(uri);
  const compression = at(COMPRESSIONS, last);
  const end = compression === undefined ? last : before;
  return { format: at(FORMATS, end), compression, refused: at(REFUSED, end) };
}
