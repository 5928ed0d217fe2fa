import { isFolderUri } from '#core/objects/folder-uri.ts';
import { isMarker } from '#core/objects/is-marker.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { S3_URI } from '#core/objects/s3-uri.ts';
import { FORMATS } from '#core/sparse/formats/format-names.ts';
import { formatOfName } from '#core/tables/order/name-format.ts';
import { fromS3Event, isObject } from './raw-request.ts';
import { hasTableFields, type Wing } from './wing-fields.ts';

const TABLE_FORMATS: readonly unknown[] = ['csv', 'jsonl', 'parquet'];
const MATRIX_FORMATS: readonly unknown[] = FORMATS;

/** Objects of a folder whose names are looked at: what one LIST gives. */
const LOOKED_AT = 1_000;

const isTableName = (uri: string) => formatOfName(uri).format !== undefined;

/** Whether a folder holds nothing but what is named as a part of a table. */
async function isTableFolder(store: ObjectStore, folder: string): Promise<boolean> {
  let seen = 0;
  let named = 0;
  for await (const object of store.list(folder)) {
    if (seen === LOOKED_AT) break;
    seen += 1;
    if (isMarker(object)) continue;
    if (!isTableName(object.uri)) return false;
    named += 1;
  }
  return named > 0;
}

/** The first URI of a source, if it is one. */
function firstUri(source: unknown): string | undefined {
  const { uri, uris } = isObject(source) ? source : { uri: source, uris: undefined };
  const first: unknown = uri ?? (Array.isArray(uris) ? uris[0] : undefined);
  return typeof first === 'string' && S3_URI.test(first) ? first : undefined;
}

/**
 * Finds out of which wing a request is: by `source.format`, else by fields that only tables have,
 * else by the name of the source. One LIST for a folder of which nothing is said. A request that is
 * wrong is of one of them, whose parser refuses it.
 *
 * @param input the request, or the S3 event that stands for one.
 */
export async function wingOf(input: unknown, store: ObjectStore): Promise<Wing> {
  const request = fromS3Event(input);
  if (!isObject(request)) return 'matrix';
  const { source } = request;
  const format = isObject(source) ? source['format'] : undefined;
  if (TABLE_FORMATS.includes(format)) return 'table';
  if (MATRIX_FORMATS.includes(format)) return 'matrix';
  if (hasTableFields(request)) return 'table';
  const uri = firstUri(source);
  if (uri === undefined) return 'matrix';
  const isTable = isFolderUri(uri) ? await isTableFolder(store, uri) : isTableName(uri);
  return isTable ? 'table' : 'matrix';
}
