/** An object to join: its place in the list, and its bytes. */
interface JoinedPiece {
  /** Number of the object in the list. */
  readonly object: number;
  readonly offset: number;
  readonly length: number;
}

/** A part of the joined object: copied by S3 from one object, or gathered here from several. */
export type JoinedPart =
  | ({ readonly kind: 'copied' } & JoinedPiece)
  | { readonly kind: 'gathered'; readonly pieces: readonly JoinedPiece[] };

/** What S3 takes as one part; the last one may be shorter. */
export interface PartBounds {
  readonly least: number;
  readonly most: number;
}

/** Cuts bytes of one object into parts that S3 copies: as few as may be, and equally long. */
function* copies({ object, offset, length }: JoinedPiece, most: number): Generator<JoinedPart> {
  const parts = Math.ceil(length / most);
  for (let part = 0; part < parts; part += 1) {
    const start = Math.floor((part * length) / parts);
    const end = Math.floor(((part + 1) * length) / parts);
    yield { kind: 'copied', object, offset: offset + start, length: end - start };
  }
}

/** Gathers what is too short for a part of its own. */
class Gatherer {
  readonly #bounds: PartBounds;
  #pieces: JoinedPiece[] = [];
  #bytes = 0;

  constructor(bounds: PartBounds) {
    this.#bounds = bounds;
  }

  /** Takes an object. @returns the parts that end with it or in it */
  *take(piece: JoinedPiece): Generator<JoinedPart> {
    const { least, most } = this.#bounds;
    const missing = this.#bytes === 0 ? 0 : least - this.#bytes;
    // What is left of the object must be long enough for a part, else all of it is gathered.
    const isOwn = piece.length - missing >= least;
    const taken = isOwn ? missing : piece.length;
    if (taken > 0) this.#gather({ ...piece, length: taken });
    if (this.#bytes >= least) yield* this.end();
    if (!isOwn) return;
    const { object, offset, length } = piece;
    yield* copies({ object, offset: offset + taken, length: length - taken }, most);
  }

  #gather(piece: JoinedPiece): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }

  /** What is gathered and has no part yet. */
  *end(): Generator<JoinedPart> {
    if (this.#bytes === 0) return;
    yield { kind: 'gathered', pieces: this.#pieces };
    this.#pieces = [];
    this.#bytes = 0;
  }
}

/**
 * Plans the parts by which objects are joined in their order: S3 copies them where they are long
 * enough, by ranges where they are too long; small ones are gathered with what comes after them.
 * A gathered part has less than three times the least bytes of a part.
 */
export function* planParts(sizes: readonly number[], bounds: PartBounds): Generator<JoinedPart> {
  const gatherer = new Gatherer(bounds);
  for (const [object, length] of sizes.entries()) {
    if (length > 0) yield* gatherer.take({ object, offset: 0, length });
  }
  yield* gatherer.end();
}
