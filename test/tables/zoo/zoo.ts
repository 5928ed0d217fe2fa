import { CSV_ZOO } from './csv.ts';
import { JSONL_ZOO } from './jsonl.ts';
import { PACKED_ZOO } from './packed.ts';
import { PARQUET_ENDS } from './parquet-ends.ts';
import { PARQUET_NAMES } from './parquet-names.ts';
import { PARQUET_PAGES } from './parquet-pages.ts';
import { PARQUET_PLACES } from './parquet-places.ts';
import { PARQUET_TYPES } from './parquet-types.ts';
import type { Specimen } from './specimen.ts';

/** All specimens. */
export const ZOO: readonly Specimen[] = [
  ...[...CSV_ZOO, ...JSONL_ZOO, ...PACKED_ZOO, ...PARQUET_ENDS, ...PARQUET_PLACES],
  ...[...PARQUET_PAGES, ...PARQUET_TYPES, ...PARQUET_NAMES],
];
