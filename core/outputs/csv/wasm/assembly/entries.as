// The window of CSR entries, which the host writes.

/** Most entries and rows of a window. */
export const ENTRY_CAPACITY: i32 = 8192;
export const ROW_CAPACITY: i32 = 4096;

export const INDICES: usize = memory.data(8192 * 4, 16);
export const VALUES: usize = memory.data(8192 * 8, 16);
/** Where the entries of each row end, counted from the slice's first entry. */
export const ROW_ENDS: usize = memory.data(4096 * 4, 16);

// @ts-ignore: decorator
@inline
export function columnOf(entry: i32): i32 {
  return load<i32>(INDICES + (<usize>entry << 2));
}

// @ts-ignore: decorator
@inline
export function valueOf<T>(entry: i32): T {
  return load<T>(VALUES + <usize>entry * sizeof<T>());
}

/** True for a patch: a value that differs from an unstored cell in the first byte only. */
// @ts-ignore: decorator
@inline
export function isPatch<T>(value: T, limit: u32): bool {
  if (isFloat<T>()) {
    const whole = <i32>value;
    return <u32>whole < limit && reinterpret<u64>(<f64>whole) == reinterpret<u64>(<f64>value);
  }
  if (isBoolean<T>()) return false;
  return <u64>value < <u64>limit;
}
