import { OWNER_ID } from './buckets.ts';
import { bucketArn, type Call, objectArn, type Reply, xmlReply } from './call.ts';
import { checksumElement } from './checksums.ts';
import { invalidArgument } from './errors.ts';
import { KeyIndex } from './key-index.ts';
import { listPage, parseEncoding, parseLimit } from './listing.ts';
import type { StoredPart, Upload, UploadRecord } from './records.ts';
import type { S3Request } from './request.ts';
import { uploadName } from './uploads.ts';
import { renderXml, type XmlValue } from './xml.ts';

/** Sorts uploads of one key by their start, and cannot occur in a key's UTF-8. */
const SEPARATOR = '\u0000';

function indexKey({ key, initiated, uploadId }: UploadRecord): string {
  return `${key}${SEPARATOR}${initiated}${SEPARATOR}${uploadId}`;
}

function people(initiator: string): Readonly<Record<string, XmlValue>> {
  return { Initiator: { ID: OWNER_ID, DisplayName: initiator }, Owner: { ID: OWNER_ID } };
}

/** Parses a marker that counts parts; absent or empty is 0. @throws {S3Error} no such number. */
export function parsePartMarker(value: string | undefined): number {
  if (value === undefined || value === '') return 0;
  if (/^\d{1,10}$/.test(value)) return Number(value);
  throw invalidArgument(
    'Provided part-number-marker not an integer or within integer range',
    'part-number-marker',
    value,
  );
}

/** A page of parts, in ascending order, behind a part number. */
export function pageOfParts<T extends { readonly partNumber: number }>(
  parts: Iterable<T>,
  marker: number,
  limit: number,
): { readonly parts: readonly T[]; readonly isTruncated: boolean; readonly next: number } {
  const behind = [...parts]
    .filter(({ partNumber }) => partNumber > marker)
    .sort((left, right) => left.partNumber - right.partNumber);
  const page = behind.slice(0, limit);
  return {
    parts: page,
    isTruncated: behind.length > page.length,
    next: page.at(-1)?.partNumber ?? 0,
  };
}

function describePart(part: StoredPart, { checksum }: UploadRecord): XmlValue {
  const algorithm = checksum?.algorithm;
  return {
    PartNumber: part.partNumber,
    LastModified: new Date(part.lastModified).toISOString(),
    ETag: `"${part.md5}"`,
    Size: part.size,
    ...(algorithm === undefined ? {} : { [checksumElement(algorithm)]: part.checksum }),
  };
}

/** GET /bucket/key?uploadId — the parts uploaded so far. */
export async function listParts(call: Call): Promise<Reply> {
  call.authorize('s3:ListMultipartUploadParts', objectArn(call.bucket, call.key));
  const { record, parts } = call.store.upload(uploadName(call));
  const { query } = call.request;
  const marker = parsePartMarker(query['part-number-marker']);
  const limit = parseLimit(query, 'max-parts');
  const page = pageOfParts(parts.values(), marker, limit);
  return xmlReply(
    renderXml('ListPartsResult', {
      Bucket: call.bucket,
      Key: parseEncoding(query)(call.key),
      UploadId: record.uploadId,
      ...people(record.initiator),
      StorageClass: 'STANDARD',
      PartNumberMarker: marker,
      NextPartNumberMarker: page.next,
      MaxParts: limit,
      IsTruncated: page.isTruncated,
      ChecksumAlgorithm: record.checksum?.algorithm,
      ChecksumType: record.checksum?.type,
      Part: page.parts.map((part) => describePart(part, record)),
    }),
  );
}

function describeUpload(record: UploadRecord, encode: (name: string) => string): XmlValue {
  return {
    Key: encode(record.key),
    UploadId: record.uploadId,
    ...people(record.initiator),
    StorageClass: 'STANDARD',
    Initiated: new Date(record.initiated).toISOString(),
    ChecksumAlgorithm: record.checksum?.algorithm,
    ChecksumType: record.checksum?.type,
  };
}

/** Position behind the markers: behind all uploads of the key, or behind the one named. */
function startPosition(
  index: KeyIndex<UploadRecord>,
  uploads: ReadonlyMap<string, Upload>,
  query: S3Request['query'],
): number {
  const keyMarker = query['key-marker'] ?? '';
  const idMarker = query['upload-id-marker'] ?? '';
  if (keyMarker === '') return 0;
  const marked = uploads.get(idMarker)?.record;
  if (marked?.key === keyMarker) return index.firstAfter(indexKey(marked));
  return index.endOfPrefix(
    `${keyMarker}${SEPARATOR}`,
    index.firstAtOrAfter(`${keyMarker}${SEPARATOR}`),
  );
}

/** GET /bucket?uploads — uploads under way, in key order. */
export async function listMultipartUploads(call: Call): Promise<Reply> {
  call.authorize('s3:ListBucketMultipartUploads', bucketArn(call.bucket));
  const { uploads } = call.store.bucket(call.bucket);
  const { query } = call.request;
  const encode = parseEncoding(query);
  const limit = parseLimit(query, 'max-uploads');
  const index = KeyIndex.from(
    [...uploads.values()].map(({ record }) => [indexKey(record), record] as const),
  );
  const page = listPage(index, {
    prefix: query['prefix'] ?? '',
    delimiter: query['delimiter'] ?? '',
    from: startPosition(index, uploads, query),
    prefixesAfter: query['key-marker'] ?? '',
    limit,
    nameOf: ({ key }) => key,
  });
  const last = page.items.at(-1);
  return xmlReply(
    renderXml('ListMultipartUploadsResult', {
      Bucket: call.bucket,
      KeyMarker: encode(query['key-marker'] ?? ''),
      UploadIdMarker: query['upload-id-marker'] ?? '',
      NextKeyMarker: encode(last?.key ?? ''),
      NextUploadIdMarker: last?.uploadId ?? '',
      Prefix: query['prefix'] === undefined ? undefined : encode(query['prefix']),
      Delimiter: query['delimiter'] === undefined ? undefined : encode(query['delimiter']),
      EncodingType: query['encoding-type'],
      MaxUploads: limit,
      IsTruncated: page.next !== undefined,
      Upload: page.items.map((record) => describeUpload(record, encode)),
      CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
    }),
  );
}
