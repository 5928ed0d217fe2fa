/**
 * The text of an unstored cell: for `typed` the zero of the dtype (`0`, `0.0`, `False`), for
 * `zero0` always `0`, for `empty` nothing.
 * @see docs/csv-text.md
 */
export const PROFILES = ['typed', 'zero0', 'empty'] as const;

export type CsvProfile = (typeof PROFILES)[number];

/** Names that a request may use for a profile. */
export const PROFILE_ALIASES: Readonly<Record<string, CsvProfile>> = {
  typed: 'typed',
  zero0: 'zero0',
  empty: 'empty',
  'pandas-3': 'typed',
  'pandas-2': 'typed',
  'pandas-1': 'zero0',
};
