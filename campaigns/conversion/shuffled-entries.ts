/** Number of entries, rows and columns of a matrix. The entries lie in random cells. */
export interface ShuffledMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly entries: number;
  readonly seed: number;
}

/** One of ten entries lies in these rows, which is more than one part should hold. */
const HOT_ROWS = 16;
const FIRST_HOT_ROW = 1_000_000;

/** The finalizer of MurmurHash3. It makes any entry from its number, always the same. */
function hash(entry: number, seed: number): number {
  let x = Math.imul(entry, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca77);
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Row of the entry that is stored at a position. */
export function rowOf(entry: number, { rows, seed }: ShuffledMatrix): number {
  const random = hash(entry, 3 * seed);
  return random % 10 === 0 ? FIRST_HOT_ROW + (hash(random, 1) % HOT_ROWS) : hash(random, 2) % rows;
}

/** Column of the entry that is stored at a position. */
export function columnOf(entry: number, { columns, seed }: ShuffledMatrix): number {
  return hash(entry, 3 * seed + 1) % columns;
}

/** Amount of the entry that is stored at a position. */
export function amountOf(entry: number, { seed }: ShuffledMatrix): number {
  return hash(entry, 3 * seed + 2) / 1024;
}
