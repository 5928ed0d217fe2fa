import { OWNER_ID } from './buckets.ts';
import { bucketArn, type Call, type Reply, xmlReply } from './call.ts';
import { invalidArgument } from './errors.ts';
import { compareKeys, KeyIndex } from './key-index.ts';
import { listPage, type Page, parseEncoding, parseLimit } from './listing.ts';
import type { Bucket, ObjectRecord, Version } from './records.ts';
import type { S3Request } from './request.ts';
import { isDeleteMarker, versionIdOf, versionsOf } from './versions.ts';
import { renderXml, type XmlValue } from './xml.ts';

/** Sorts the versions of one key by their age, before all keys that begin with that key. */
const SEPARATOR = '\u0000';

const AGE_DIGITS = 10;

interface Listed {
  readonly version: Version;
  readonly isLatest: boolean;
}

function indexKey(key: string, age: number): string {
  return `${key}${SEPARATOR}${String(age).padStart(AGE_DIGITS, '0')}`;
}

function keysOf({ objects, history }: Bucket): ReadonlySet<string> {
  const older = [...history.values()].flatMap(([first]) => first ?? []);
  return new Set([...objects.values(), ...older].map(({ key }) => key));
}

/** All versions of all keys, those of one key from the newest to the oldest. */
function indexVersions(bucket: Bucket): KeyIndex<Listed> {
  const listed = [...keysOf(bucket)].flatMap((key) =>
    versionsOf(bucket, key).map(
      (version, age) => [indexKey(key, age), { version, isLatest: age === 0 }] as const,
    ),
  );
  return KeyIndex.from(listed);
}

/** Position behind the markers: behind all versions of the key, or behind the one named. */
function startPosition(index: KeyIndex<Listed>, bucket: Bucket, query: S3Request['query']): number {
  const keyMarker = query['key-marker'] ?? '';
  const idMarker = query['version-id-marker'] ?? '';
  if (keyMarker === '') {
    if (idMarker === '') return 0;
    throw invalidArgument(
      'A version-id marker cannot be specified without a key marker.',
      'version-id-marker',
      idMarker,
    );
  }
  const versions = versionsOf(bucket, keyMarker);
  if (idMarker === '') return index.firstAtOrAfter(indexKey(keyMarker, versions.length));
  const age = versions.findIndex((version) => versionIdOf(version) === idMarker);
  if (age >= 0) return index.firstAfter(indexKey(keyMarker, age));
  throw invalidArgument('Invalid version id specified', 'version-id-marker', idMarker);
}

function describeObject(record: ObjectRecord): Readonly<Record<string, XmlValue>> {
  return {
    ETag: `"${record.etag}"`,
    ChecksumAlgorithm: record.checksum.algorithm,
    ChecksumType: record.checksum.type,
    Size: record.size,
    StorageClass: 'STANDARD',
  };
}

function describe({ version, isLatest }: Listed, encode: (name: string) => string): XmlValue {
  return {
    ...(isDeleteMarker(version) ? {} : describeObject(version)),
    Key: encode(version.key),
    VersionId: versionIdOf(version),
    IsLatest: isLatest,
    LastModified: new Date(version.lastModified).toISOString(),
    Owner: { ID: OWNER_ID },
  };
}

/** Where the next page begins: behind the last version, or behind the last common prefix. */
function nextMarkers(
  { items, commonPrefixes, next }: Page<Listed>,
  encode: (name: string) => string,
): Readonly<Record<string, XmlValue>> {
  if (next === undefined) return {};
  const last = items.at(-1)?.version;
  const prefix = commonPrefixes.at(-1) ?? '';
  if (last === undefined || compareKeys(last.key, prefix) < 0) {
    return { NextKeyMarker: encode(prefix) };
  }
  return { NextKeyMarker: encode(last.key), NextVersionIdMarker: versionIdOf(last) };
}

function describePage(page: Page<Listed>, query: S3Request['query']): Record<string, XmlValue> {
  const encode = parseEncoding(query);
  const isMarker = ({ version }: Listed) => isDeleteMarker(version);
  const rendered = (items: readonly Listed[]) => items.map((each) => describe(each, encode));
  return {
    Prefix: encode(query['prefix'] ?? ''),
    Delimiter: query['delimiter'] === undefined ? undefined : encode(query['delimiter']),
    KeyMarker: encode(query['key-marker'] ?? ''),
    VersionIdMarker: query['version-id-marker'] ?? '',
    EncodingType: query['encoding-type'],
    IsTruncated: page.next !== undefined,
    ...nextMarkers(page, encode),
    Version: rendered(page.items.filter((each) => !isMarker(each))),
    DeleteMarker: rendered(page.items.filter(isMarker)),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
}

/**
 * GET /bucket?versions — all versions and delete markers, by key and from the newest to the oldest.
 * Sorts the versions of the whole bucket.
 */
export async function listObjectVersions(call: Call): Promise<Reply> {
  call.authorize('s3:ListBucketVersions', bucketArn(call.bucket));
  const bucket = call.store.bucket(call.bucket);
  const { query } = call.request;
  const limit = parseLimit(query, 'max-keys');
  const index = indexVersions(bucket);
  const page = listPage(index, {
    prefix: query['prefix'] ?? '',
    delimiter: query['delimiter'] ?? '',
    from: startPosition(index, bucket, query),
    prefixesAfter: query['key-marker'] ?? '',
    limit,
    nameOf: ({ version }) => version.key,
  });
  return xmlReply(
    renderXml('ListVersionsResult', {
      Name: bucket.name,
      MaxKeys: limit,
      ...describePage(page, query),
    }),
  );
}
