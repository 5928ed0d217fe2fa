import type { ByteSource } from '#core/bytes/byte-source.ts';
import { withReadAhead } from '#core/bytes/read-ahead.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { CsrLayout } from '#core/formats/csr-layout.ts';
import { decodeIndices } from './decode.ts';
import { ITEM_BYTES } from './dtype.ts';

/** Large enough for S3's full speed, small beside the memory of a Lambda function. */
const BAND_BYTES = 8 * 1024 * 1024;

/** Which elements of `indptr` are read: `[start, end)`, in bands of at most `bandBytes` of the source. */
interface IndptrRun {
  readonly start: number;
  readonly end: number;
  readonly bandBytes: number;
}

/** @throws {CorruptSourceError} naming the first row whose bounds are wrong. */
function checkBand(
  band: Float64Array,
  first: { readonly row: number; readonly before: number },
  { uri, limit }: { readonly uri: string; readonly limit: number },
): void {
  let before = first.before;
  for (let i = 0; i < band.length; i++) {
    const value = band[i]!;
    if (value >= before && value <= limit) {
      before = value;
      continue;
    }
    throw new CorruptSourceError(
      `${uri} has a damaged indptr: row ${first.row + i - 1} ends at entry ${value}, expected ${before} to ${limit} (the entries stored)`,
    );
  }
}

/**
 * Reads a run of `indptr` band by band, one read a band, each checked on arrival.
 *
 * @throws {CorruptSourceError} it does not begin with 0, decreases, or passes the entries stored.
 */
export async function* readIndptrBands(
  source: ByteSource,
  { indptr, data }: CsrLayout,
  { start, end, bandBytes }: IndptrRun,
): AsyncGenerator<Float64Array> {
  const itemBytes = ITEM_BYTES[indptr.dtype];
  const perBand = Math.max(1, Math.floor(bandBytes / itemBytes));
  let before = 0;
  for (let row = start; row < end; row += perBand) {
    const length = Math.min(perBand, end - row) * itemBytes;
    const bytes = await source.read({ offset: indptr.offset + row * itemBytes, length });
    const numbers = decodeIndices(bytes, indptr);
    const band = numbers instanceof Float64Array ? numbers : new Float64Array(numbers);
    if (row === 0 && band[0] !== 0) {
      throw new CorruptSourceError(
        `${source.uri} has a damaged indptr: row 0 starts at entry ${band[0]}, expected 0`,
      );
    }
    checkBand(band, { row, before }, { uri: source.uri, limit: data.length });
    before = band[band.length - 1]!;
    yield band;
  }
}

/**
 * Streams the whole `indptr` of a matrix, `shape[0] + 1` elements; the bands follow each other.
 *
 * One read a band, the next one under way while a band is used. Holds two bands: up to 32 MiB where
 * int32 is widened.
 *
 * @throws {CorruptSourceError} it does not begin with 0, decreases, or passes the entries stored; names the row.
 */
export function readIndptr(
  source: ByteSource,
  layout: CsrLayout,
  options: {
    /** Bytes of the source in a band. @default 8 MiB */
    readonly bandBytes?: number;
  } = {},
): AsyncGenerator<Float64Array> {
  const { bandBytes = BAND_BYTES } = options;
  const run = { start: 0, end: layout.indptr.length, bandBytes };
  return withReadAhead(readIndptrBands(source, layout, run));
}
