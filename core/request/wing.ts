import { folderOfMeta, isFolderUri } from '#core/objects/folder-uri.ts';
import { isMarker } from '#core/objects/is-marker.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { S3_URI } from '#core/objects/s3-uri.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { FORMATS } from '#core/sparse/formats/format-names.ts';
import { isParquet } from '#core/tables/order/content-format.ts';
import { formatOfName } from '#core/tables/order/name-format.ts';
import { fromS3Event, isObject } from './raw-request.ts';
import { asksForParquet, ownWing, type Wing } from './wing-fields.ts';

const TABLE_FORMATS: readonly unknown[] = ['csv', 'jsonl', 'parquet'];
const MATRIX_FORMATS: readonly unknown[] = FORMATS;

/** Objects of a folder whose names are looked at. */
const LOOKED_AT = 100;

/** Ends of the names of matrices; what they hold need not be looked at. */
const MATRIX_NAME = /\.(?:npz|npy|mtx|h5|h5ad|svm|svmlight|libsvm)(?:\.gz)?$/i;

/** Bytes of an object that say whether it is a table. */
const HEAD_BYTES = 64;

const BRACE = 0x7b;
const SPACE = 0x20;

function namedWing(uri: string): Wing | undefined {
  if (MATRIX_NAME.test(uri) || folderOfMeta(uri) !== uri) return 'matrix';
  return formatOfName(uri).format === undefined ? undefined : 'table';
}

/** Whether a name has an end: one that is not known is not taken for JSON lines. */
const HAS_END = /\.[^./]+$/;

/**
 * An object whose name says nothing: Parquet is a table, and so is a text that begins with `{`, if
 * its name has no end.
 */
async function contentWing(store: ObjectStore, pin: SourcePin): Promise<Wing> {
  const length = Math.min(HEAD_BYTES, pin.size);
  const head = await store.open(pin).read({ offset: 0, length });
  if (isParquet(head)) return 'table';
  const isRecord = head.find((byte) => byte > SPACE) === BRACE;
  return isRecord && !HAS_END.test(pin.uri) ? 'table' : 'matrix';
}

/** A folder is a table if each of its objects is a part of one. */
async function folderWing(
  store: ObjectStore,
  folder: string,
  unnamedWing: (pin: SourcePin) => Promise<Wing>,
): Promise<Wing> {
  const pins: SourcePin[] = [];
  for await (const pin of store.list(folder)) {
    if (!isMarker(pin)) pins.push(pin);
    if (pins.length === LOOKED_AT) break;
  }
  const wings = pins.map(({ uri }) => namedWing(uri));
  if (pins.length === 0 || wings.includes('matrix')) return 'matrix';
  const unnamed = pins.find((_, index) => wings[index] === undefined);
  return unnamed === undefined ? 'table' : await unnamedWing(unnamed);
}

/**
 * Of which wing a source is: by the names of its objects, else by the first bytes of one of them.
 *
 * @param versionId of a single object. @default the newest
 * @param usual what an object is whose name says nothing. @default what its first bytes say
 * @throws {SourceNotFoundError} an object whose name says nothing does not exist.
 */
export async function wingOfSource(
  uri: string,
  store: ObjectStore,
  { versionId, usual }: { readonly versionId?: string; readonly usual?: Wing } = {},
): Promise<Wing> {
  const byContent = async (pin: SourcePin) => usual ?? (await contentWing(store, pin));
  if (isFolderUri(uri)) return await folderWing(store, uri, byContent);
  return namedWing(uri) ?? usual ?? (await contentWing(store, await store.pin(uri, versionId)));
}

/**
 * Of which wing a request says that it is: by `source.format`, else by fields that only one wing
 * has; undefined where its source decides.
 */
export function saidWing(request: Readonly<Record<string, unknown>>): Wing | undefined {
  const { source } = request;
  const format = isObject(source) ? source['format'] : undefined;
  if (TABLE_FORMATS.includes(format)) return 'table';
  if (MATRIX_FORMATS.includes(format)) return 'matrix';
  return ownWing(request);
}

/** Parquet is what tables become, unless something says that the source is a matrix. */
export function usualWing(request: Readonly<Record<string, unknown>>): { readonly usual?: Wing } {
  return asksForParquet(request) ? { usual: 'table' } : {};
}

/** Whether a request is of a table of a database. */
export function readsDatabase(request: unknown): boolean {
  const source = isObject(request) ? request['source'] : undefined;
  return isObject(source) && source['postgres'] !== undefined;
}

/** The first URI of a source, if it is one. */
function firstUri(source: unknown): string | undefined {
  const { uri, uris } = isObject(source) ? source : { uri: source, uris: undefined };
  const first: unknown = uri ?? (Array.isArray(uris) ? uris[0] : undefined);
  return typeof first === 'string' && S3_URI.test(first) ? first : undefined;
}

/**
 * Finds out of which wing a request is: by what it says, else by its source. One LIST for a folder,
 * one or two small reads for an object whose name says nothing. A request that is wrong is of one
 * of them, whose parser refuses it.
 *
 * @param input the request, or the S3 event that stands for one.
 * @throws {SourceNotFoundError} an object whose name says nothing does not exist.
 */
export async function wingOf(input: unknown, store: ObjectStore): Promise<Wing> {
  const request = fromS3Event(input);
  if (!isObject(request)) return 'matrix';
  const said = saidWing(request);
  if (said !== undefined) return said;
  const { source } = request;
  const uri = firstUri(source);
  const { usual } = usualWing(request);
  if (uri === undefined) return usual ?? 'matrix';
  const version = isObject(source) ? source['versionId'] : undefined;
  return await wingOfSource(uri, store, {
    ...(typeof version === 'string' && { versionId: version }),
    ...(usual && { usual }),
  });
}
