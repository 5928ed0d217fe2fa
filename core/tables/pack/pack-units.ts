/**
 * A place in a source of tables: a byte of the (inflated) text of an object, or a row group of a
 * Parquet object. `object` counts the objects in the order of the source. The end of the last
 * object is the begin of one that does not exist.
 */
export interface TablePosition {
  readonly object: number;
  readonly at: number;
  /** Rows of that row group that lie before the place; absent for its begin, and in texts. */
  readonly row?: number | undefined;
}

/** An object of the source: a text, or a Parquet object with the bytes of its row groups. */
export type PackObject =
  | { readonly bytes: number; readonly canSplit: boolean }
  | { readonly rowGroups: readonly number[] };

const FIRST_ROOM = 1024;

/**
 * The pieces of a source in its order: texts and row groups, collected one object at a time.
 *
 * Holds at most 51 bytes for a piece, whatever it is.
 */
export class PackUnits {
  objects = 0;
  units = 0;
  totalBytes = 0;
  #bytes = new Float64Array(FIRST_ROOM);
  #objects = new Uint32Array(FIRST_ROOM);
  #rowGroups = new Uint32Array(FIRST_ROOM);
  #canSplit = new Uint8Array(FIRST_ROOM);

  add(object: PackObject): void {
    if ('bytes' in object) this.#push(object.bytes, 0, object.canSplit);
    else for (const [i, bytes] of object.rowGroups.entries()) this.#push(bytes, i, false);
    this.objects += 1;
  }

  #push(bytes: number, rowGroup: number, canSplit: boolean): void {
    if (this.units === this.#bytes.length) this.#grow();
    this.#bytes[this.units] = bytes;
    this.#objects[this.units] = this.objects;
    this.#rowGroups[this.units] = rowGroup;
    this.#canSplit[this.units] = canSplit ? 1 : 0;
    this.units += 1;
    this.totalBytes += bytes;
  }

  #grow(): void {
    const room = 2 * this.units;
    const [bytes, objects] = [new Float64Array(room), new Uint32Array(room)];
    const [rowGroups, canSplit] = [new Uint32Array(room), new Uint8Array(room)];
    bytes.set(this.#bytes);
    objects.set(this.#objects);
    rowGroups.set(this.#rowGroups);
    canSplit.set(this.#canSplit);
    this.#bytes = bytes;
    this.#objects = objects;
    this.#rowGroups = rowGroups;
    this.#canSplit = canSplit;
  }

  bytesOf(unit: number): number {
    return this.#bytes[unit]!;
  }

  /** Whether it may be cut at any record: a plain text, or one with a seek index. */
  canSplit(unit: number): boolean {
    return this.#canSplit[unit] === 1;
  }

  /** The pieces of the objects `start <= object < end`, whose numbers begin with 0 there. */
  ofObjects(start: number, end: number): PackUnits {
    const own = new PackUnits();
    for (let unit = this.#firstOf(start); unit < this.units; unit++) {
      const object = this.#objects[unit]!;
      if (object >= end) break;
      own.objects = object - start;
      own.#push(this.bytesOf(unit), this.#rowGroups[unit]!, this.canSplit(unit));
    }
    own.objects = end - start;
    return own;
  }

  /** The first piece of an object, or of one behind it. */
  #firstOf(object: number): number {
    let [low, high] = [0, this.units];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#objects[middle]! < object) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Where a unit begins; the end of the source for the unit after the last. */
  startOf(unit: number): TablePosition {
    if (unit >= this.units) return { object: this.objects, at: 0 };
    return { object: this.#objects[unit]!, at: this.#rowGroups[unit]! };
  }

  /**
   * Positions of bytes counted over all units; within a unit that cannot be split, its begin.
   *
   * @param offsets ascending, each below `totalBytes`.
   */
  positionsAt(offsets: readonly number[]): readonly TablePosition[] {
    let unit = 0;
    let start = 0;
    return offsets.map((offset) => {
      for (; start + this.bytesOf(unit) <= offset; unit++) start += this.bytesOf(unit);
      const position = this.startOf(unit);
      return this.canSplit(unit) ? { ...position, at: offset - start } : position;
    });
  }
}
