import { type Call, objectArn, type Reply, xmlReply } from './call.ts';
import { checksumElement } from './checksums.ts';
import { invalidArgument } from './errors.ts';
import { findReadable, namedObject } from './find-readable.ts';
import { pageOfParts, parsePartMarker } from './list-uploads.ts';
import { parseLimit } from './listing.ts';
import type { ObjectRecord } from './records.ts';
import type { S3Request } from './request.ts';
import { versionHeader } from './versions.ts';
import { renderXml, type XmlValue } from './xml.ts';

const ATTRIBUTES: readonly string[] = [
  'ETag',
  'Checksum',
  'ObjectParts',
  'StorageClass',
  'ObjectSize',
];

/** The parts of a multipart object; one by one only where each has a checksum of its own. */
function describeParts(record: ObjectRecord, headers: S3Request['headers']): XmlValue {
  if (record.uploadId === undefined) return undefined;
  const count = { PartsCount: record.parts.length };
  if (record.checksum.type === 'FULL_OBJECT') return count;
  const marker = parsePartMarker(headers['x-amz-part-number-marker']);
  const limit = parseLimit({ 'max-parts': headers['x-amz-max-parts'] ?? '' }, 'max-parts');
  const numbered = record.parts.map((part, at) => ({ ...part, partNumber: at + 1 }));
  const page = pageOfParts(numbered, marker, limit);
  return {
    ...count,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.next,
    MaxParts: limit,
    IsTruncated: page.isTruncated,
    Part: page.parts.map(({ partNumber, size, checksum }) => ({
      PartNumber: partNumber,
      Size: size,
      [checksumElement(record.checksum.algorithm)]: checksum,
    })),
  };
}

/** GET /bucket/key?attributes — the attributes named in `x-amz-object-attributes`. */
export async function getObjectAttributes(call: Call): Promise<Reply> {
  const { headers } = call.request;
  const name = namedObject(call);
  const ofVersion = name.versionId === undefined ? '' : 'Version';
  call.authorize(`s3:GetObject${ofVersion}Attributes`, objectArn(call.bucket, call.key));
  const record = findReadable(call, name);
  const wanted = (headers['x-amz-object-attributes'] ?? '').split(',').map((each) => each.trim());
  const unknown = wanted.find((each) => !ATTRIBUTES.includes(each));
  if (unknown !== undefined) {
    throw invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', unknown);
  }
  const { algorithm, type, value } = record.checksum;
  const [bare = ''] = value.split('-');
  const attributes: Readonly<Record<string, XmlValue>> = {
    ETag: record.etag,
    Checksum: { [checksumElement(algorithm)]: bare, ChecksumType: type },
    ObjectParts: describeParts(record, headers),
    StorageClass: 'STANDARD',
    ObjectSize: record.size,
  };
  const chosen = Object.fromEntries(wanted.map((name) => [name, attributes[name]]));
  return xmlReply(renderXml('GetObjectAttributesResponse', chosen), {
    ...versionHeader(call.store.bucket(call.bucket), record),
    'last-modified': new Date(record.lastModified).toUTCString(),
  });
}
