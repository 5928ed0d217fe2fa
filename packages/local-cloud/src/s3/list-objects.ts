import { OWNER_ID } from './buckets.ts';
import { bucketArn, type Call, type Reply, xmlReply } from './call.ts';
import { invalidArgument } from './errors.ts';
import { listPage, type Page, parseEncoding, parseLimit } from './listing.ts';
import type { Bucket, ObjectRecord } from './records.ts';
import type { S3Request } from './request.ts';
import { renderXml, type XmlValue } from './xml.ts';

/** Marks the tokens of this server, so that any other text is recognised. */
const TOKEN_MARK = 'next:';

function encodeToken(key: string): string {
  return Buffer.from(TOKEN_MARK + key).toString('base64url');
}

function decodeToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (text.startsWith(TOKEN_MARK)) return text.slice(TOKEN_MARK.length);
  throw invalidArgument(
    'The continuation token provided is incorrect',
    'continuation-token',
    token,
  );
}

function startPosition(bucket: Bucket, query: S3Request['query']): number {
  const token = query['continuation-token'];
  if (token !== undefined) return bucket.objects.firstAtOrAfter(decodeToken(token));
  const after = query['start-after'];
  return after === undefined || after === '' ? 0 : bucket.objects.firstAfter(after);
}

function describeObject(
  record: ObjectRecord,
  encode: (name: string) => string,
  query: S3Request['query'],
): XmlValue {
  return {
    Key: encode(record.key),
    LastModified: new Date(record.lastModified).toISOString(),
    ETag: `"${record.etag}"`,
    ChecksumAlgorithm: record.checksum.algorithm,
    ChecksumType: record.checksum.type,
    Size: record.size,
    Owner: query['fetch-owner'] === 'true' ? { ID: OWNER_ID } : undefined,
    StorageClass: 'STANDARD',
  };
}

function describePage(
  page: Page<ObjectRecord>,
  { bucket, query, limit }: { bucket: string; query: S3Request['query']; limit: number },
): XmlValue {
  const encode = parseEncoding(query);
  const encoded = (value: string | undefined) => (value === undefined ? value : encode(value));
  const token = query['continuation-token'];
  const isTruncated = page.next !== undefined && limit > 0;
  return {
    Name: bucket,
    Prefix: encode(query['prefix'] ?? ''),
    Delimiter: encoded(query['delimiter']),
    StartAfter: token === undefined ? encoded(query['start-after']) : undefined,
    ContinuationToken: token,
    NextContinuationToken: isTruncated ? encodeToken(page.next) : undefined,
    KeyCount: page.items.length + page.commonPrefixes.length,
    MaxKeys: limit,
    EncodingType: query['encoding-type'],
    IsTruncated: isTruncated,
    Contents: page.items.map((record) => describeObject(record, encode, query)),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
}

/**
 * GET /bucket?list-type=2 — keys in the order of their UTF-8 bytes. A continuation token wins over
 * start-after.
 */
export async function listObjectsV2(call: Call): Promise<Reply> {
  call.authorize('s3:ListBucket', bucketArn(call.bucket));
  const bucket = call.store.bucket(call.bucket);
  const { query } = call.request;
  const listType = query['list-type'] ?? '';
  if (listType !== '2')
    throw invalidArgument('Invalid List Type specified in Request', 'list-type', listType);
  const limit = parseLimit(query, 'max-keys');
  const page = listPage(bucket.objects, {
    prefix: query['prefix'] ?? '',
    delimiter: query['delimiter'] ?? '',
    from: startPosition(bucket, query),
    prefixesAfter: '',
    limit,
    nameOf: ({ key }) => key,
  });
  return xmlReply(
    renderXml('ListBucketResult', describePage(page, { bucket: bucket.name, query, limit })),
  );
}
