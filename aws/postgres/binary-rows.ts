import { createReadStream } from 'node:fs';
import { CopyKernel, type CopyKind } from '#core/tables/text/copy/copy-kernel.ts';

/** A value is not spelled in the plainest way, so its row is sent as text alone. */
export class NotPlain extends Error {}

/** Bytes that are read of a file at once. */
export const PIECE_BYTES = 256 * 1024;

/** The signature; then no flags, and no extension. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER = Buffer.from([0xff, 0xff]);

function converted(kernel: CopyKernel): Buffer {
  const rows = kernel.convert();
  if (rows === undefined) throw new NotPlain();
  return Buffer.from(rows.bytes);
}

/**
 * What `COPY … (FORMAT binary)` takes of a CSV that the engine wrote, without a header. Holds one
 * piece of it.
 *
 * @throws {NotPlain} a value has to be read by the server.
 */
export async function* binaryRows(
  path: string,
  kinds: readonly CopyKind[],
): AsyncGenerator<Buffer> {
  const kernel = new CopyKernel(kinds);
  yield HEADER;
  const pieces: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: PIECE_BYTES });
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      at += kernel.add(piece.subarray(at));
      if (kernel.isFull) yield converted(kernel);
    }
  }
  yield converted(kernel);
  if (kernel.waiting > 0) throw new NotPlain();
  yield TRAILER;
}
