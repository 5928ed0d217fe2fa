import { isLeaf } from '#core/tables/schema/column-type.ts';
import { MAX_RECORD_COLUMNS } from '#core/tables/text/jsonl/jsonl-kernel.ts';
import type { TextTable } from './table-slice.ts';

/** How the proved records of a slice are written. */
export interface RecordForm {
  readonly fields: number;
  readonly delimiter: string;
  readonly quote: string;
  /** Without quotes each of these is NULL. */
  readonly nullText: readonly string[];
}

/** Of lines of JSON: texts are quoted, and nothing else is. */
const OF_JSON = { delimiter: ',', quote: '"', nullText: [''] } as const;

/**
 * The form of the records that the text of a slice becomes; undefined where lines of JSON stay
 * what they are, since a column is nested, or there are too many of them.
 */
export function recordForm(slice: TextTable): RecordForm | undefined {
  if (slice.format === 'csv') {
    const { delimiter, quote, nullText } = slice.csv;
    return { fields: slice.fields, delimiter, quote, nullText };
  }
  const fields = slice.keys.length;
  const isFlat = slice.keys.every(({ type }) => isLeaf(type));
  return isFlat && fields > 0 && fields <= MAX_RECORD_COLUMNS ? { ...OF_JSON, fields } : undefined;
}
