/**
 * What an unstored cell prints: `typed` the zero of the dtype (`0`, `0.0`, `False`), `zero0` always
 * `0`, `empty` nothing.
 * @see docs/csv-text.md
 */
export type CsvProfile = 'typed' | 'zero0' | 'empty';

/** How the text of a run is written. Lines end with `\n`, cells are quoted only where they must be. */
export interface CsvDialect {
  readonly profile: CsvProfile;
  /** One ASCII character between cells. */
  readonly delimiter: string;
  /** Text of a stored NaN. */
  readonly naRep: string;
  /** `first-chunk`: the chunks concatenate to one file with one header line. */
  readonly header: 'none' | 'first-chunk';
}

/** pandas' own defaults, but without a header, because the text must concatenate. */
export const DEFAULT_DIALECT: CsvDialect = {
  profile: 'typed',
  delimiter: ',',
  naRep: '',
  header: 'none',
};
