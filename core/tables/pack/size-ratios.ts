import type { PackUnits } from './pack-units.ts';

/** Bits of size that a class has: its largest unit is sixteen times as large as its smallest. */
const CLASS_BITS = 4;

/** Units of one class are taken for alike: small objects often hold other values than large. */
export function sizeClass(bytes: number): number {
  return Math.floor(Math.log2(bytes + 1) / CLASS_BITS);
}

/** Bytes of output for a byte of source, as a sample has them. */
export interface SizeRatios {
  /** Of the whole sample. */
  readonly overall: number;
  /** By the {@link sizeClass} of units, of those with enough bytes in the sample. */
  readonly byClass: ReadonlyMap<number, number>;
}

/** Adds up the output of units in their order, each by the ratio of its class. */
export class PredictedOutput {
  readonly #units: PackUnits;
  readonly #ratios: SizeRatios;
  #unit = 0;
  #start = 0;
  #before = 0;

  constructor(units: PackUnits, ratios: SizeRatios) {
    this.#units = units;
    this.#ratios = ratios;
  }

  #ratioOf(bytes: number): number {
    return this.#ratios.byClass.get(sizeClass(bytes)) ?? this.#ratios.overall;
  }

  /**
   * Bytes of output of the source before a place.
   *
   * @param offset of the place in all units; none is before the one that was asked for last.
   */
  until(offset: number): number {
    for (; this.#unit < this.#units.units; this.#unit++) {
      const bytes = this.#units.bytesOf(this.#unit);
      if (this.#start + bytes > offset) {
        return this.#before + (offset - this.#start) * this.#ratioOf(bytes);
      }
      this.#before += bytes * this.#ratioOf(bytes);
      this.#start += bytes;
    }
    return this.#before;
  }
}
