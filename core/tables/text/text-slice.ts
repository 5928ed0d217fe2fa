/**
 * Takes proved text; the bytes are valid until the promise is kept.
 *
 * @param openBytes so many at the end belong to a record that has not ended; more than there are
 * if it began before them.
 */
export type WriteText = (bytes: Uint8Array<ArrayBuffer>, openBytes: number) => Promise<void> | void;

/** Proves a text piece by piece. */
interface Prover<P> {
  /** Most bytes of a piece. */
  readonly pieceBytes: number;
  /** Proves the next piece and gives the proved text so far; valid until the next call. */
  push(piece: Uint8Array): Uint8Array<ArrayBuffer>;
  /** Proves what is left at the end. */
  finish(): Uint8Array<ArrayBuffer>;
  /** Of what `push` gave last: see {@link WriteText}. */
  readonly openBytes: number;
  /** What was proved; complete after `finish`. */
  readonly proof: P;
}

/** Proves a text and writes what is proved. */
export async function proveText<P>(
  prover: Prover<P>,
  { pieces, write }: { readonly pieces: AsyncIterable<Uint8Array>; readonly write: WriteText },
): Promise<P> {
  const { pieceBytes } = prover;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += pieceBytes) {
      const bytes = prover.push(piece.subarray(at, at + pieceBytes));
      await write(bytes, prover.openBytes);
    }
  }
  await write(prover.finish(), 0);
  return prover.proof;
}
