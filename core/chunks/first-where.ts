/**
 * Finds where a condition begins to hold that then holds to the end. Looks at twice the logarithm
 * of so many places.
 *
 * @returns the least number from 0 to `length` from which on it holds; `length` if it never does.
 */
export function firstWhere(length: number, isTrue: (at: number) => boolean): number {
  let [low, high] = [0, 1];
  while (high <= length && !isTrue(high - 1)) [low, high] = [high, 2 * high];
  high = Math.min(high - 1, length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
