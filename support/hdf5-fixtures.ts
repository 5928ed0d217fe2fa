import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { DType } from '#core/elements/dtype.ts';
import type { SourceOptions } from '#core/sparse/formats/source-options.ts';

/** A matrix in canonical CSR form; values as Python prints them. */
export interface Hdf5Matrix {
  readonly shape: readonly [rows: number, columns: number];
  readonly dtype: DType;
  readonly indptr: readonly number[];
  readonly indices: readonly number[];
  readonly data: readonly string[];
}

interface Hdf5Case {
  readonly file: string;
  readonly options: SourceOptions;
}

interface Hdf5Fixtures {
  /** Files that are read; `matrix` is a key of `matrices`. */
  readonly cases: ReadonlyArray<Hdf5Case & { readonly matrix: string }>;
  /** Files that are refused; `message` is a regular expression. */
  readonly refused: ReadonlyArray<Hdf5Case & { readonly message: string }>;
  /** Files with a dataset `d` of int8, of whose elements only those at `written` were written. */
  readonly datasets: ReadonlyArray<{
    readonly file: string;
    readonly length: number;
    readonly written: readonly number[];
  }>;
  /** Files whose names are known: null where there are none; `title` stands above those of rows. */
  readonly named: ReadonlyArray<
    Hdf5Case & {
      readonly rows: readonly string[] | null;
      readonly columns: readonly string[] | null;
      readonly title: string | null;
    }
  >;
  readonly matrices: Readonly<Record<string, Hdf5Matrix>>;
}

const FOLDER = new URL('../test/fixtures/hdf5/', import.meta.url);

/** Everything that `make_fixtures.py` wrote. */
export const hdf5Fixtures: Hdf5Fixtures = JSON.parse(
  readFileSync(new URL('cases.json', FOLDER), 'utf8'),
);

/** Bytes of one of the files. */
export function hdf5Bytes(file: string): Uint8Array<ArrayBuffer> {
  const zipped = readFileSync(fileURLToPath(new URL(`${file}.gz`, FOLDER)));
  return new Uint8Array(gunzipSync(zipped));
}
