import { UnsupportedSourceError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { HiveKeys } from '#core/tables/order/hive-columns.ts';
import { listTableObjects } from '#core/tables/order/list-table-objects.ts';
import { formatOfName, notRead } from '#core/tables/order/name-format.ts';
import type { AskedTableSource, TableSourceFormat } from './asked-table.ts';
import { ObjectList } from './object-list.ts';

/** What of a source says which objects it has. */
type ListedSource = Pick<AskedTableSource, 'uris' | 'versionId' | 'format'>;

/** How objects are listed. */
interface ListOptions {
  /** The pins of an earlier round, which are taken as they are. */
  readonly listed?: AsyncIterable<SourcePin> | Iterable<SourcePin>;
  /** Gets the URI of each object that is known to be no part of the table. */
  readonly onPassedOver?: (uri: string) => void;
}

/** Refuses objects that are of more than one format by their names. */
class FormatCheck {
  #first: { readonly uri: string; readonly format: TableSourceFormat } | undefined;

  check(uri: string): void {
    const { format, refused } = formatOfName(uri);
    if (refused !== undefined) throw notRead(uri, `${refused} by its name`);
    if (format === undefined) return;
    this.#first ??= { uri, format };
    const { uri: firstUri, format: first } = this.#first;
    if (first === format) return;
    throw new UnsupportedSourceError(
      `${uri} is ${format} by its name, but ${firstUri} is ${first}; a table has objects of one format: give each format as a source of its own, or say source.format`,
    );
  }
}

async function* objectsOf(
  { uris, versionId }: ListedSource,
  store: ObjectStore,
  { onPassedOver = () => {} }: ListOptions,
): AsyncGenerator<SourcePin> {
  if (versionId === undefined) yield* listTableObjects(store, uris, onPassedOver);
  else for (const uri of uris) yield await store.pin(uri, versionId);
}

/**
 * Finds and pins the objects of a table in their order, and checks their names alone: unless the
 * format is asked for, those that say one say the same, and all have the same columns in their
 * keys. Reads no object.
 *
 * Requests and memory as `listTableObjects` and {@link ObjectList} have them.
 *
 * @throws {UnsupportedSourceError} names of two formats, or of one that is not read.
 * @throws {CorruptSourceError} keys with other columns.
 * @throws {SourceNotFoundError} an object does not exist, or a folder holds nothing.
 * @throws {BoundExceededError} too many objects, or too long names.
 */
export async function listTable(
  source: ListedSource,
  store: ObjectStore,
  options: ListOptions = {},
): Promise<ObjectList> {
  const objects = new ObjectList();
  const formats = new FormatCheck();
  const keys = new HiveKeys();
  for await (const pin of options.listed ?? objectsOf(source, store, options)) {
    if (source.format === undefined) formats.check(pin.uri);
    keys.columnsOf(pin.uri);
    objects.add(pin);
  }
  return objects;
}

/**
 * The version of the whole table: of one object its own pin; else the first URI that was asked
 * for, the digest of all pins, and the sum of their sizes.
 */
export async function tablePin(
  { uris }: AskedTableSource,
  objects: ObjectList,
): Promise<SourcePin> {
  if (objects.count === 1) return objects.pins(0, 1)[0]!;
  const etag = await objects.digest();
  return { uri: uris[0]!, etag, versionId: null, size: objects.totalBytes };
}
