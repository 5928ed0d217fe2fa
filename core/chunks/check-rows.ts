import type { RowRange } from '#core/contract.ts';
import type { OpenedSource } from '#core/sources/open-source.ts';
import { readSlices } from '#core/sparse/read-slices.ts';

/**
 * Reads and checks rows without writing anything, one slice at a time.
 *
 * @throws {CorruptSourceError} the first fault found.
 */
export async function checkRows(source: OpenedSource, rows: RowRange): Promise<void> {
  switch (source.kind) {
    case 'matrix':
      for await (const _ of readSlices(source, rows));
  }
}
