/**
 * How a value of a column is spelled where any reader makes the same of it, and loses nothing:
 *
 * - `whole`: at most so many digits, behind a minus or not;
 * - `decimal`: the same with a point, and at most so many digits behind it;
 * - `float`: that without a bound, and with a short exponent: finite in 32 bits;
 * - `date`: `YYYY-MM-DD`;
 * - `timestamp`: `YYYY-MM-DD hh:mm:ss`, with at most so many digits behind a point, before 24:00;
 * - `boolean`: `true` or `false` in letters of any case.
 *
 * What is plain may still be too large for the column, or no day of the calendar.
 */
export type PlainForm =
  | { readonly kind: 'whole' | 'decimal' | 'timestamp'; readonly digits: number }
  | { readonly kind: 'float' | 'date' | 'boolean'; readonly digits?: never };

/** The forms as the kernel knows them. */
export const FORM_NUMBERS: Readonly<Record<PlainForm['kind'], number>> = {
  ...{ whole: 1, decimal: 2, float: 3, date: 4, timestamp: 5, boolean: 6 },
};
