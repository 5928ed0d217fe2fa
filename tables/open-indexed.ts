import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { TableLayout } from '#core/tables/run/table-layout.ts';
import type { TextIndexes } from '#core/tables/run/text-indexes.ts';
import { type OpenedObject, openObject, saidBy } from './open-object.ts';

/** Where the objects of a table lie, and the seek indexes of its large texts. */
export interface IndexedSource {
  readonly layout: TableLayout;
  readonly store: ObjectStore;
  /** Absent: texts in gzip are read from their begin, whatever their size. */
  readonly indexes?: TextIndexes;
}

/**
 * Opens an object as {@link openObject} does, and a large text in gzip as the plain one that its
 * seek index makes of it: Stage has proved all of it.
 *
 * @throws as {@link openObject} and {@link TextIndexes.open}.
 */
export async function openIndexed(
  pin: SourcePin,
  { layout, store, indexes }: IndexedSource,
): Promise<OpenedObject> {
  const opened = await openObject(store.open(pin), saidBy(layout));
  if (indexes === undefined || opened.format === 'parquet') return opened;
  if (!indexes.isIndexed(pin, opened.compression)) return opened;
  return { ...opened, ...(await indexes.open(pin, store)), compression: 'none' };
}
