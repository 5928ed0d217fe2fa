import type { GivenRequest } from '#cli/options/request-file.ts';
import { saidKind } from '#cli/options/table-request.ts';
import { asUri } from '#cli/sources/location.ts';
import { withStore } from '#cli/sources/with-store.ts';
import { isFolderUri } from '#core/objects/folder-uri.ts';
import { isMarker } from '#core/objects/is-marker.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { isParquet } from '#core/tables/order/content-format.ts';
import { formatOfName } from '#core/tables/order/name-format.ts';

type Kind = 'table' | 'matrix';

/** Ends of the names of matrices; what they hold need not be looked at. */
const MATRIX_NAME = /\.(?:npz|npy|mtx|h5|h5ad|svm|svmlight|libsvm)(?:\.gz)?$/i;

/** The parts of a folder are of one kind; so many of them say which. */
const LOOKED_AT = 100;

const BRACE = 0x7b;

/** Whether an object whose name says nothing is Parquet, or text that begins with an object. */
async function isTableContent(store: ObjectStore, pin: SourcePin): Promise<boolean> {
  const head = await store.open(pin).read({ offset: 0, length: Math.min(64, pin.size) });
  return isParquet(head) || head.find((byte) => byte > 0x20) === BRACE;
}

function nameKind(uri: string): Kind | undefined {
  if (MATRIX_NAME.test(uri) || uri.endsWith('/meta.json')) return 'matrix';
  return formatOfName(uri).format === undefined ? undefined : 'table';
}

async function kindOfObject(store: ObjectStore, uri: string): Promise<Kind> {
  const named = nameKind(uri);
  if (named !== undefined) return named;
  const pin = await store.pin(uri);
  return (await isTableContent(store, pin)) ? 'table' : 'matrix';
}

/** A folder is a table if each of its objects is a part of one. */
async function kindOfFolder(store: ObjectStore, uri: string): Promise<Kind> {
  const pins: SourcePin[] = [];
  for await (const pin of store.list(uri)) {
    if (!isMarker(pin)) pins.push(pin);
    if (pins.length === LOOKED_AT) break;
  }
  const named = pins.map((pin) => nameKind(pin.uri));
  if (pins.length === 0 || named.includes('matrix')) return 'matrix';
  const unnamed = pins.find((_, index) => named[index] === undefined);
  return unnamed === undefined || (await isTableContent(store, unnamed)) ? 'table' : 'matrix';
}

/**
 * Whether a source is a table or a matrix: by what the request says, else by the names of its
 * objects, else by the first bytes of one of them.
 *
 * @throws {SourceNotFoundError} an object whose name says nothing does not exist.
 */
export async function sourceKind(given: GivenRequest, signal: AbortSignal): Promise<Kind> {
  const said = saidKind(given);
  if (said !== undefined) return said;
  const uri = await asUri(given.locations[0]!);
  if (!isFolderUri(uri) && nameKind(uri) !== undefined) return nameKind(uri)!;
  return await withStore(signal, (store) =>
    isFolderUri(uri) ? kindOfFolder(store, uri) : kindOfObject(store, uri),
  );
}
