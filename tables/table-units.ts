import { inOrder } from '#core/bytes/in-order.ts';
import { readFooter } from '#core/containers/parquet/footer.ts';
import { compressionOf } from '#core/tables/order/content-format.ts';
import { formatOfName } from '#core/tables/order/name-format.ts';
import { type PackObject, PackUnits } from '#core/tables/pack/pack-units.ts';
import type { ObjectList } from '#core/tables/run/object-list.ts';
import type { TextCompression } from '#core/tables/text/read-text.ts';
import type { IndexedSource } from './open-indexed.ts';
import { blaming } from './own-fault.ts';

/** Such reads mostly wait for S3. */
const READS_AT_ONCE = 32;

/** Pins that are parsed at once. */
const BATCH = 1000;

/** Footers of smaller Parquet objects are not read: each is one unit. */
export const MIN_FOOTER_BYTES = 4 * 1024 * 1024;

/** Smaller texts whose names say nothing are not looked at: each is one unit. */
const MIN_HEAD_BYTES = 64 * 1024;

/** Begins every compressed text. */
const MAGIC_BYTES = 64;

/** What is cut of a table, and where it lies. */
export interface UnitsSource extends IndexedSource {
  readonly objects: ObjectList;
}

type Pin = ReturnType<ObjectList['pins']>[number];

async function parquetUnits(pin: Pin, { store }: UnitsSource): Promise<PackObject> {
  if (pin.size < MIN_FOOTER_BYTES) return { rowGroups: [pin.size] };
  const { rowGroups } = await readFooter(store.open(pin));
  return { rowGroups: rowGroups.map(({ bytes }) => bytes) };
}

/**
 * How a text is compressed: as the request or its name says, else by its content. Undefined where
 * that is not worth a read.
 */
async function compressionOfText(
  pin: Pin,
  { layout, store }: UnitsSource,
): Promise<TextCompression | undefined> {
  const named = formatOfName(pin.uri);
  const said = layout.compression ?? named.compression;
  if (said !== undefined || named.format !== undefined) return said ?? 'none';
  if (pin.size < MIN_HEAD_BYTES) return undefined;
  const magic = await store.open(pin).read({ offset: 0, length: MAGIC_BYTES });
  return compressionOf(magic) ?? 'none';
}

async function canSplit(pin: Pin, source: UnitsSource): Promise<boolean> {
  const compression = await compressionOfText(pin, source);
  if (compression === 'none') return true;
  return compression !== undefined && (source.indexes?.isIndexed(pin, compression) ?? false);
}

async function unitsOf(pin: Pin, source: UnitsSource): Promise<PackObject> {
  if (source.layout.format === 'parquet') return await parquetUnits(pin, source);
  return { bytes: pin.size, canSplit: await canSplit(pin, source) };
}

/** The pins of all objects in their order. */
export function* allPins({ objects }: Pick<UnitsSource, 'objects'>): Generator<Pin> {
  for (let start = 0; start < objects.count; start += BATCH) {
    yield* objects.pins(start, Math.min(objects.count, start + BATCH));
  }
}

/**
 * Finds the pieces of a table: texts, and the row groups of Parquet. Reads the footers of Parquet
 * objects of 4 MiB and more, and the begin of larger texts whose names do not say whether they are
 * compressed; 32 objects at the same time.
 *
 * Holds 51 bytes for a piece and 32 footers.
 *
 * @throws as {@link readFooter}.
 */
export async function collectUnits(source: UnitsSource): Promise<PackUnits> {
  const units = new PackUnits();
  const tasks = allPins(source).map((pin) => () => blaming(pin.uri, () => unitsOf(pin, source)));
  for await (const object of inOrder(tasks, READS_AT_ONCE)) units.add(object);
  return units;
}

/**
 * The texts of a table that have a seek index, in their order. Reads the begin of those whose names
 * do not say how they are compressed.
 */
export async function* indexedTexts(source: UnitsSource): AsyncGenerator<Pin> {
  const { indexes, layout } = source;
  if (indexes === undefined || layout.format === 'parquet') return;
  for (const pin of allPins(source)) {
    if (!indexes.isIndexed(pin, 'gzip')) continue;
    if ((await compressionOfText(pin, source)) === 'gzip') yield pin;
  }
}
