import { BoundExceededError } from '#core/errors.ts';
import type { ContentBounds } from '#core/outputs/output.ts';
import { MAX_PARTS, PART_BYTES_OF_OBJECT, type SinglePart } from '#core/outputs/single-object.ts';
import type { Chunking } from '#core/request/request-schema.ts';
import type { RowChunk } from '#core/run/planned-chunk.ts';
import { type MatrixInfo, withRows } from '#core/sparse/matrix-facts.ts';

/** Parts that an object is planned for where rows are short; long ones may need a few more. */
const WANTED_PARTS = 9_000;

/** Two neighbours together pass their target, so twice as many chunks are never too many. */
const CERTAIN_PARTS = MAX_PARTS / 2 - 1;

/** Usual bytes of text of a chunk; it is never advised to go below. */
const USUAL_TARGET = 512 * 1024 ** 2;

/** Rows and stored entries of a chunk. */
interface Held {
  readonly rows: number;
  readonly entries: number;
}

/** A matrix whose chunks become the parts of one object. */
interface SingleMatrix {
  readonly matrix: MatrixInfo;
  readonly part: SinglePart;
  readonly chunking: Chunking;
  /** Most bytes of text of all rows. */
  readonly mostText: number;
}

const JOIN = 'leave out output.single, and join the chunks by the command assemble';

/**
 * What chunks must be to be parts of one object: all but the last 5 MiB or more, none above 5 GiB,
 * and 10,000 at most, whatever the values are.
 */
export class SingleParts {
  readonly #of: SingleMatrix;

  constructor(of: SingleMatrix) {
    this.#of = of;
  }

  /** Raises the bytes of a chunk where there would be too many of them. */
  targetFor(bytes: number): number {
    const { mostText, part } = this.#of;
    return Math.min(part.mostText, Math.max(bytes, Math.ceil(mostText / WANTED_PARTS)));
  }

  /** Whether a chunk of so many rows may have another one after it. */
  isLongEnough(held: Held): boolean {
    return this.#bounds(held).min >= PART_BYTES_OF_OBJECT.least;
  }

  /** @throws {BoundExceededError} a chunk cannot be a part, with what works instead. */
  assertFits(chunk: RowChunk, held: Held, isLast: boolean): void {
    if (chunk.index >= MAX_PARTS) throw new BoundExceededError(this.#tooMany());
    const { min, max } = this.#bounds(held);
    const { least, most } = PART_BYTES_OF_OBJECT;
    const name = `chunk ${chunk.index} (rows ${chunk.rowStart} to ${chunk.rowEnd})`;
    if (max > most) {
      throw new BoundExceededError(
        `${name} may have up to ${max} bytes as a part of one object, which has at most ${most} of them; ${this.#otherwise()}`,
      );
    }
    if (isLast || min >= least) return;
    throw new BoundExceededError(
      `${name} may have only ${min} bytes as a part of one object, which has at least ${least} before the last one; ${this.#otherwise()}`,
    );
  }

  #bounds({ rows, entries }: Held): ContentBounds {
    return this.#of.part.bounds(withRows(this.#of.matrix, rows, entries));
  }

  #tooMany(): string {
    const { mostText, part } = this.#of;
    return `one object has at most ${MAX_PARTS} parts, here each of at most ${part.mostText} bytes of text, and the rows may have ${mostText} bytes and would take more parts; ${this.#remedy()}`;
  }

  /** A row that is too long for a part is so whatever the target is. */
  #otherwise(): string {
    const { chunking } = this.#of;
    return chunking !== 'automatic' && 'rows' in chunking ? this.#remedy() : JOIN;
  }

  #remedy(): string {
    const { mostText, part } = this.#of;
    const target = Math.max(USUAL_TARGET, Math.ceil(mostText / CERTAIN_PARTS));
    return target > part.mostText ? JOIN : `say chunking.targetBytes ${target}`;
  }
}
