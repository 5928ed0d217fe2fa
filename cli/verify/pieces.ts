import type { StoredRun } from '#cli/outputs/stored-run.ts';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { rangeSource } from '#core/bytes/range-source.ts';
import type { ManifestEntry, Segment } from '#core/manifest/manifest.ts';

/** What one writer wrote: a chunk, or a segment of one object. */
export interface Piece extends Pick<ManifestEntry, 'index' | 'rowStart' | 'rowEnd' | 'range'> {
  /** URI of the object in which it lies. */
  readonly url: string;
  /** Opens its bytes for as long as `use` takes. */
  with<T>(use: (bytes: ByteSource) => Promise<T>): Promise<T>;
}

/** The pieces of a run in row order. */
export function piecesOf(run: StoredRun, segments: readonly Segment[]): readonly Piece[] {
  const { entries } = run.manifest;
  if (segments.length === 0) {
    return entries.map((entry) => ({ ...entry, with: (use) => run.withChunk(entry, use) }));
  }
  const { url } = entries[0]!;
  return segments.map(({ index, rowStart, rowEnd, range, byteStart, bytes }) => ({
    ...{ index, rowStart, rowEnd, range, url },
    with: (use) =>
      run.withChunk(entries[0]!, (object) =>
        use(rangeSource(object, { offset: byteStart, length: bytes })),
      ),
  }));
}
