import type { ObjectStore } from '#core/objects/object-store.ts';
import type { ObjectList } from '#core/tables/run/object-list.ts';
import type { TableLayout } from '#core/tables/run/table-layout.ts';
import { ObjectShapes } from './object-shape.ts';
import { SliceList } from './open-chunk.ts';
import { isEmptyText, openObject, saidBy } from './open-object.ts';
import { samplePart } from './sample-part.ts';
import type { TableSlice } from './table-slice.ts';

/** Text that is read of an object: some thousand rows. */
const TEXT_BYTES = 1024 * 1024;

/** Where the objects of a table lie, and how they are read. */
export interface OpenTable {
  readonly layout: TableLayout;
  readonly objects: ObjectList;
  readonly store: ObjectStore;
}

/**
 * The first rows of each object of a table: of texts the records in the first 1 MiB, of which
 * compressed ones are held; of Parquet the first row group. Objects without a row are none.
 *
 * @throws as `openChunk`.
 */
export async function* firstSlices({
  layout,
  objects,
  store,
}: OpenTable): AsyncGenerator<TableSlice> {
  const said = saidBy(layout);
  const shapes = new ObjectShapes(layout);
  for (let object = 0; object < objects.count; object++) {
    const [pin] = objects.pins(object, object + 1);
    if (isEmptyText(pin!, said)) continue;
    const opened = await openObject(store.open(pin!), said);
    const groups = opened.format === 'parquet' ? opened.footer.rowGroups : [];
    const at = Math.max(
      0,
      groups.findIndex(({ rows }) => rows > 0),
    );
    const end = { from: 0, to: Math.min(pin!.size, TEXT_BYTES) };
    const unit = { position: { object, at }, unitBytes: pin!.size, canSplit: true };
    const { part } = await samplePart(opened, { ...unit, ...end }, TEXT_BYTES);
    const slices = new SliceList();
    slices.add(shapes.of(opened), part);
    yield* slices.slices;
  }
}
