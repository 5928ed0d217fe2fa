import type { SourcePin } from '#core/objects/source-pin.ts';
import type { OpenTable } from '#tables/first-slices.ts';
import { openChunk } from '#tables/open-chunk.ts';
import { isEmptyText, openObject, saidBy } from '#tables/open-object.ts';
import type { TableSlice } from '#tables/table-slice.ts';
import { cutText } from '#tables/text-cuts.ts';

/** Text that is read at once; a compressed object is read whole. */
const PIECE_BYTES = 64 * 1024 * 1024;

/** A part of a table. */
export interface TablePiece {
  /** Rows, where they are known without reading them. */
  readonly rows: number | undefined;
  open(): Promise<readonly TableSlice[]>;
}

/** Where the pieces of an object begin, and the rows of each if they are known. */
async function* startsIn(
  { layout, store }: OpenTable,
  pin: SourcePin,
): AsyncGenerator<{ readonly at: number; readonly rows: number | undefined }> {
  const said = saidBy(layout);
  if (isEmptyText(pin, said)) return;
  const opened = await openObject(store.open(pin), said);
  if (opened.format === 'parquet') {
    for (const [at, { rows }] of opened.footer.rowGroups.entries()) yield { at, rows };
    return;
  }
  yield { at: 0, rows: undefined };
  if (opened.compression !== 'none') return;
  for (let at = PIECE_BYTES; at < pin.size; at += PIECE_BYTES) {
    at = await cutText(opened, opened.source, at);
    if (at < pin.size) yield { at, rows: undefined };
  }
}

/**
 * The pieces of a table in the order of its rows: row groups of Parquet, 64 MiB of a plain text, a
 * whole compressed one. Each can be opened until the next one is asked for.
 */
export async function* tablePieces(table: OpenTable): AsyncGenerator<TablePiece> {
  const { layout, objects, store } = table;
  for (let object = 0; object < objects.count; object++) {
    const pins = objects.pins(object, object + 1);
    const openAt = (at: number, end: { readonly object: number; readonly at: number }) => () =>
      openChunk({ layout, chunk: { start: { object, at }, end }, pins, store });
    let last: { readonly at: number; readonly rows: number | undefined } | undefined;
    for await (const next of startsIn(table, pins[0]!)) {
      if (last !== undefined) {
        yield { rows: last.rows, open: openAt(last.at, { object, at: next.at }) };
      }
      last = next;
    }
    if (last === undefined) continue;
    yield { rows: last.rows, open: openAt(last.at, { object: object + 1, at: 0 }) };
  }
}
