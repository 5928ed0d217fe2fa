import { identifier, literal } from './quote.ts';

/** The number by which readers find a column, whatever its name is. */
interface FieldId {
  /** `element` of a list, `key` and `value` of a map. */
  readonly name: string;
  readonly id: number;
  /** Of what is nested in it. */
  readonly fields?: readonly FieldId[];
}

/** A Parquet file to write. */
export interface ParquetFile {
  /** Absolute, in the engine's directory. */
  readonly path: string;
  readonly format: 'parquet';
  readonly compression: 'zstd' | 'snappy' | 'gzip' | 'none';
  /** Rows after which a group ends; it may hold up to 2,047 more. */
  readonly rowGroupRows: number;
  /**
   * Most bytes of the dictionary of a column of texts. The engine takes so many of its memory for
   * each such column. @default 1 MiB
   */
  readonly dictionaryBytes?: number;
  /**
   * Most values of the dictionary of a column in a row group. @default one for five values; before
   * it is filled, the engine takes its memory, which bounds what a list may have
   */
  readonly dictionaryValues?: number;
  /** Key-value metadata of the footer, in this order. */
  readonly keyValues?: Readonly<Record<string, string>>;
  /** Of all columns. @default none has a number */
  readonly fieldIds?: readonly FieldId[];
}

/** A CSV file to write: NULL is an empty field, an empty text is `""`, lines end with LF. */
export interface CsvFile {
  /** Absolute, in the engine's directory. */
  readonly path: string;
  readonly format: 'csv';
  readonly compression: 'none' | 'gzip' | 'zstd';
  readonly header: boolean;
  /** One character. */
  readonly delimiter: string;
  /** Columns whose texts are always in quotes; NULL never is. @default only what needs quotes */
  readonly quoted?: readonly string[];
  /** SQL of each column over those of the SELECT. @default these as they are */
  readonly values?: readonly string[];
}

/** A file of JSON lines to write, one object a row. */
export interface JsonLinesFile {
  /** Absolute, in the engine's directory. */
  readonly path: string;
  readonly format: 'jsonl';
  readonly compression: 'none' | 'gzip' | 'zstd';
  /** SQL of each column over those of the SELECT. @default these as they are */
  readonly values?: readonly string[];
}

/** A file that the engine writes. */
export type TableFile = ParquetFile | CsvFile | JsonLinesFile;

/**
 * Level 3, the engine's own, takes a third more time to write a table for 1 % fewer bytes. Other
 * programs write 5 % (Polars) to 35 % (PyArrow) more bytes than level 2.
 */
const ZSTD_LEVEL = 2;

function fieldIdsText(fields: readonly FieldId[]): string {
  return fields
    .map(({ name, id, fields: inner }) => {
      const number = Math.trunc(id);
      const own = inner && `{__duckdb_field_id: ${number}, ${fieldIdsText(inner)}}`;
      return `${identifier(name)}: ${own ?? number}`;
    })
    .join(', ');
}

function parquetOptions(file: ParquetFile): string[] {
  const compression = file.compression === 'none' ? 'uncompressed' : file.compression;
  const pairs = Object.entries(file.keyValues ?? {}).map(
    ([key, value]) => `${identifier(key)}: ${literal(value)}`,
  );
  const { dictionaryBytes, dictionaryValues, fieldIds } = file;
  const dictionary =
    dictionaryBytes === undefined
      ? []
      : [`STRING_DICTIONARY_PAGE_SIZE_LIMIT ${Math.trunc(dictionaryBytes)}`];
  return [
    ...dictionary,
    ...(dictionaryValues === undefined ? [] : [`DICTIONARY_SIZE_LIMIT ${dictionaryValues}`]),
    ...['FORMAT parquet', `COMPRESSION ${literal(compression)}`],
    ...(compression === 'zstd' ? [`COMPRESSION_LEVEL ${ZSTD_LEVEL}`] : []),
    `ROW_GROUP_SIZE ${Math.trunc(file.rowGroupRows)}`,
    ...(pairs.length > 0 ? [`KV_METADATA {${pairs.join(', ')}}`] : []),
    ...(fieldIds === undefined ? [] : [`FIELD_IDS {${fieldIdsText(fieldIds)}}`]),
  ];
}

function textOptions(file: CsvFile | JsonLinesFile): string[] {
  const compression = `COMPRESSION ${literal(file.compression)}`;
  if (file.format === 'jsonl') return ['FORMAT json', 'ARRAY false', compression];
  const { header, delimiter, quoted = [] } = file;
  const quotes = quoted.length > 0 ? [`FORCE_QUOTE (${quoted.map(identifier).join(', ')})`] : [];
  const form = ['FORMAT csv', `HEADER ${header}`, `DELIMITER ${literal(delimiter)}`];
  return [...form, ...quotes, compression];
}

/**
 * The COPY of a SELECT into a file. It writes the file under its own name: what is left of a COPY
 * that failed is known to the caller.
 */
export function copyStatement(given: string, file: TableFile): string {
  const values = file.format === 'parquet' ? undefined : file.values;
  const select = values ? `SELECT ${values.join(', ')} FROM (${given}\n)` : given;
  const options = file.format === 'parquet' ? parquetOptions(file) : textOptions(file);
  // A line of its own, because the SELECT may end in a comment.
  const to = `TO ${literal(file.path)} (${[...options, 'USE_TMP_FILE false'].join(', ')})`;
  return `COPY (${select}\n) ${to}`;
}
