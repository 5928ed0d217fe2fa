import type { DType } from './dtype.ts';

/** Bytes of the shortest and of the longest text of a value. */
export interface ValueLengths {
  readonly shortest: number;
  readonly longest: number;
}

/**
 * Shortest and longest text of a stored value that is not NaN. For integers the longest is the sign
 * and digits of an extreme value. For floats the shortest is `0.0` or `inf`; the longest has sign,
 * point, 17 digits and exponent, such as `-1.7976931348623157e+308`.
 */
export const VALUE_LENGTHS: Readonly<Record<DType, ValueLengths>> = {
  bool: { shortest: 4, longest: 5 },
  int8: { shortest: 1, longest: 4 },
  int16: { shortest: 1, longest: 6 },
  int32: { shortest: 1, longest: 11 },
  int64: { shortest: 1, longest: 20 },
  uint8: { shortest: 1, longest: 3 },
  uint16: { shortest: 1, longest: 5 },
  uint32: { shortest: 1, longest: 10 },
  uint64: { shortest: 1, longest: 20 },
  float16: { shortest: 3, longest: 23 },
  float32: { shortest: 3, longest: 23 },
  float64: { shortest: 3, longest: 24 },
};
