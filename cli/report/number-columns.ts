const FIRST_ROWS = 1024;

/**
 * Rows of numbers, one array per column, so that a million rows take 8 MB per column and no
 * objects. NaN stands for what is not known.
 */
export class NumberColumns<Name extends string> {
  readonly #names: readonly Name[];
  #columns: Record<Name, Float64Array>;
  #length = 0;

  constructor(names: readonly Name[]) {
    this.#names = names;
    this.#columns = this.#allocate(FIRST_ROWS);
  }

  get length(): number {
    return this.#length;
  }

  add(row: Readonly<Record<Name, number>>): void {
    if (this.#length === this.#columns[this.#names[0]!].length) this.#grow();
    for (const name of this.#names) this.#columns[name][this.#length] = row[name];
    this.#length += 1;
  }

  /** All values of a column, in the order in which rows were added. */
  column(name: Name): Float64Array {
    return this.#columns[name].subarray(0, this.#length);
  }

  #allocate(rows: number): Record<Name, Float64Array> {
    const entries = this.#names.map((name) => [name, new Float64Array(rows)] as const);
    return Object.fromEntries(entries) as Record<Name, Float64Array>;
  }

  #grow(): void {
    const larger = this.#allocate(this.#length * 2);
    for (const name of this.#names) larger[name].set(this.#columns[name]);
    this.#columns = larger;
  }
}
