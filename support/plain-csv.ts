import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import type { CsvSpec } from '#core/outputs/csv/csv-spec.ts';

/** The output of a request without an `output` section. */
export const PLAIN_CSV: CsvSpec = { kind: 'csv', dialect: DEFAULT_DIALECT, compression: 'none' };
