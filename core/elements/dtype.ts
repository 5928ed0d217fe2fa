/** NumPy's names of the element types that a sparse source may have. */
export const DTYPES = [
  'bool',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'float16',
  'float32',
  'float64',
] as const;

export type DType = (typeof DTYPES)[number];

/** How elements are stored. */
export interface ElementType {
  readonly dtype: DType;
  readonly bigEndian: boolean;
}

/** Bytes of one element. */
export const ITEM_BYTES: Readonly<Record<DType, number>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  float16: 2,
  float32: 4,
  float64: 8,
};

/** True for integers, signed or not. */
export function isInteger(dtype: DType): boolean {
  return /^u?int/.test(dtype);
}

/** True for the floating-point dtypes, whose text is Python's `repr` of a double. */
export function isFloat(dtype: DType): boolean {
  return dtype.startsWith('float');
}
