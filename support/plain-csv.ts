import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import type { CsvSpec } from '#core/outputs/csv/csv-spec.ts';

/** What a request writes that says nothing of its output. */
export const PLAIN_CSV: CsvSpec = { kind: 'csv', dialect: DEFAULT_DIALECT, compression: 'none' };
