/**
 * Values of a slice, each type in an array of its own width. bool is 0 or 1 in a Uint8Array;
 * float16 is widened to a Float32Array, which is exact; 64-bit integers are never converted to
 * Number.
 */
export type CsrData =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array;
