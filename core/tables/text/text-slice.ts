/** Takes proved text; the bytes are valid until the promise is kept. */
export type WriteText = (bytes: Uint8Array<ArrayBuffer>) => Promise<void> | void;

/** Proves a text piece by piece. */
interface Prover<P> {
  /** Proves the next piece and gives the proved text so far; valid until the next call. */
  push(piece: Uint8Array): Uint8Array<ArrayBuffer>;
  /** Proves what is left at the end. */
  finish(): Uint8Array<ArrayBuffer>;
  /** What was proved; complete after `finish`. */
  readonly proof: P;
}

/**
 * Proves a text and writes what is proved.
 *
 * @param pieceBytes most bytes that the prover takes at once.
 */
export async function proveText<P>(
  prover: Prover<P>,
  pieceBytes: number,
  { pieces, write }: { readonly pieces: AsyncIterable<Uint8Array>; readonly write: WriteText },
): Promise<P> {
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += pieceBytes) {
      await write(prover.push(piece.subarray(at, at + pieceBytes)));
    }
  }
  await write(prover.finish());
  return prover.proof;
}
