/**
 * Values of a slice in their own width. bool is 0 or 1 in a Uint8Array; float16 is widened to a
 * Float32Array (exact); 64-bit integers stay BigInt and never pass through Number.
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
