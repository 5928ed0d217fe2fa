import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { inOrder } from '#core/bytes/in-order.ts';
import { release } from '#core/bytes/release.ts';
import { PARQUET_MAGIC } from './footer.ts';
import type { ParquetSlice } from './slice-footer.ts';

/** A file that is written at positions; what is never written reads as zeros. */
export interface PositionSink {
  write(bytes: Uint8Array, at: number): Promise<void>;
}

/** Bytes of one read. */
const READ_BYTES = 8 * 1024 * 1024;

/** Reads under way at the same time; together they hold 32 MiB. */
const READS_AT_ONCE = 4;

function* pieces({ offset, length }: ByteRange): Generator<ByteRange> {
  for (let done = 0; done < length; done += READ_BYTES)
    yield { offset: offset + done, length: Math.min(READ_BYTES, length - done) };
}

/**
 * Writes the Parquet file that {@link sliceFooter} planned.
 *
 * Reads `slice.copyBytes` in pieces of 8 MiB, four at a time; holds 32 MiB.
 *
 * @param source the file whose footer was sliced.
 * @param sink an empty file; bytes that it gets are valid during the call.
 * @throws whatever the source or the sink throws; the file is then to be thrown away.
 */
export async function writeSlice(
  source: ByteSource,
  slice: ParquetSlice,
  sink: PositionSink,
): Promise<void> {
  await sink.write(PARQUET_MAGIC, 0);
  for (const { from, at } of slice.copies) {
    let position = at;
    const reads = Array.from(pieces(from), (piece) => () => source.read(piece));
    for await (const bytes of inOrder(reads, READS_AT_ONCE)) {
      await sink.write(bytes, position);
      position += bytes.length;
      release(bytes);
    }
  }
  await sink.write(slice.end.bytes, slice.end.at);
}
