import { BoundExceededError } from '#core/errors.ts';
import { MAX_FILES, type PackedChunk } from '#core/tables/pack/pack-files.ts';
import type { RowCut, RowCuts } from './row-cuts.ts';
import { MAX_TEXT_BYTES } from './text-file.ts';

function assertFits(index: number, textBytes: number): void {
  if (index === MAX_FILES) {
    throw new BoundExceededError(
      `the output would be more than ${MAX_FILES} files; give larger chunking.rows`,
    );
  }
  if (textBytes <= MAX_TEXT_BYTES) return;
  throw new BoundExceededError(
    `file ${index} would have ${textBytes} bytes of text, at most ${MAX_TEXT_BYTES} are allowed; give smaller chunking.rows`,
  );
}

/**
 * The files of an output between places of its source.
 *
 * @param ratio bytes of output for a byte of source.
 * @throws {BoundExceededError} more than 100,000 files, or a file of more than 4 GiB of text.
 * @throws as {@link RowCuts.cuts}.
 */
export async function* rowFiles(cuts: RowCuts, ratio: number): AsyncGenerator<PackedChunk> {
  let start: RowCut = { position: { object: 0, at: 0 }, offset: 0, textBytes: 0 };
  let index = 0;
  for await (const end of cuts.cuts()) {
    assertFits(index, end.textBytes - start.textBytes);
    const sourceBytes = end.offset - start.offset;
    const predictedBytes = Math.round(sourceBytes * ratio);
    yield { index, start: start.position, end: end.position, sourceBytes, predictedBytes };
    start = end;
    index += 1;
  }
}
