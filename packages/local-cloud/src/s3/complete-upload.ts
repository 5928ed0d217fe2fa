import { createHash } from 'node:crypto';
import { type Call, ENCRYPTED, type Reply, xmlReply } from './call.ts';
import {
  CHECKSUM_ALGORITHMS,
  type Checksum,
  type ChecksumAlgorithm,
  checksumElement,
  composeChecksum,
} from './checksums.ts';
import { parseWriteCondition } from './conditions.ts';
import { badDigest, invalidRequest, malformedXml, S3Error } from './errors.ts';
import { findChecksum, readTextBody, withoutChecksum } from './payload.ts';
import { authorizeWrite, DEFAULT_ALGORITHM } from './put-object.ts';
import type { ObjectDraft, StoredPart, Upload, UploadRecord } from './records.ts';
import type { S3Request } from './request.ts';
import { uploadName } from './uploads.ts';
import { writtenHeader } from './versions.ts';
import { parseXml, renderXml, type XmlElement } from './xml.ts';

/** Of every part but the last: 5 MiB. */
const MIN_PART_BYTES = 5 * 1024 ** 2;

/** A part as the client lists it. */
interface ListedPart {
  readonly partNumber: number;
  /** Without quotes. */
  readonly etag: string;
  readonly checksums: readonly { readonly algorithm: ChecksumAlgorithm; readonly value: string }[];
}

function toListedPart(element: XmlElement): ListedPart {
  const number = element.text('PartNumber') ?? '';
  const etag = element.text('ETag');
  if (!/^\d{1,5}$/.test(number) || etag === undefined) throw malformedXml();
  return {
    partNumber: Number(number),
    etag: etag.replace(/^"(.*)"$/, '$1'),
    checksums: CHECKSUM_ALGORITHMS.flatMap((algorithm) => {
      const value = element.text(checksumElement(algorithm));
      return value === undefined ? [] : [{ algorithm, value }];
    }),
  };
}

function parseParts(body: string): readonly ListedPart[] {
  const parts =
    body === '' ? [] : parseXml(body, 'CompleteMultipartUpload').children('Part').map(toListedPart);
  if (parts.length === 0) throw invalidRequest('You must specify at least one part');
  return parts;
}

function invalidPart({ etag, partNumber }: ListedPart, uploadId: string): S3Error {
  return new S3Error(
    'InvalidPart',
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { UploadId: uploadId, PartNumber: partNumber, ETag: etag },
  );
}

function assertAscending(parts: readonly ListedPart[], uploadId: string): void {
  const isAscending = parts.every(({ partNumber }, at) => {
    const previous = parts[at - 1];
    return previous === undefined || previous.partNumber < partNumber;
  });
  if (isAscending) return;
  throw new S3Error(
    'InvalidPartOrder',
    'The list of parts was not in ascending order. Parts must be ordered by part number.',
    { UploadId: uploadId },
  );
}

/**
 * Parts with an algorithm of the upload have no gaps in their numbers: AWS documents both 400 and
 * 500 for these.
 */
function assertConsecutive(parts: readonly ListedPart[], { checksum, uploadId }: UploadRecord) {
  const gap = parts.find(({ partNumber }, at) => partNumber !== at + 1);
  if (checksum === undefined || gap === undefined) return;
  throw new S3Error(
    'InvalidPartOrder',
    `The list of parts has a gap before part ${gap.partNumber}. Where an upload has a checksum algorithm, part numbers must begin with 1 and be consecutive.`,
    { UploadId: uploadId },
  );
}

/**
 * Checks that the checksum listed with a part is the stored one. A composite checksum of the object
 * needs one for every part.
 */
function assertPartChecksum(listed: ListedPart, stored: StoredPart, upload: UploadRecord): void {
  const expected = upload.checksum;
  const [given] = listed.checksums;
  if (expected === undefined) {
    if (given !== undefined) throw invalidPart(listed, upload.uploadId);
    return;
  }
  if (given === undefined) {
    if (expected.type === 'FULL_OBJECT') return;
    throw invalidRequest(
      `The upload was created using a ${expected.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${listed.partNumber} in the request.`,
    );
  }
  if (given.algorithm !== expected.algorithm) {
    throw badDigest(
      `The ${given.algorithm.toLowerCase()} you specified for part ${listed.partNumber} did not match what we received.`,
    );
  }
  if (given.value !== stored.checksum) throw invalidPart(listed, upload.uploadId);
}

function pickParts(parts: readonly ListedPart[], upload: Upload): readonly StoredPart[] {
  const { uploadId } = upload.record;
  assertAscending(parts, uploadId);
  assertConsecutive(parts, upload.record);
  const picked = parts.map((listed) => {
    const stored = upload.parts.get(listed.partNumber);
    if (stored === undefined || stored.md5 !== listed.etag) throw invalidPart(listed, uploadId);
    assertPartChecksum(listed, stored, upload.record);
    return stored;
  });
  const small = picked.slice(0, -1).find(({ size }) => size < MIN_PART_BYTES);
  if (small === undefined) return picked;
  throw new S3Error(
    'EntityTooSmall',
    'Your proposed upload is smaller than the minimum allowed size',
    {
      ProposedSize: small.size,
      MinSizeAllowed: MIN_PART_BYTES,
      PartNumber: small.partNumber,
      ETag: small.md5,
    },
  );
}

function assertMode(headers: S3Request['headers'], { checksum }: UploadRecord): void {
  const mode = headers['x-amz-checksum-type'];
  if (mode === undefined || mode === checksum?.type) return;
  throw invalidRequest(
    `The upload was created using the ${checksum?.type ?? null} checksum mode. The complete request must use the same checksum mode.`,
  );
}

/**
 * Checks the checksum that the request gives for the whole object. AWS compares one of type
 * `FULL_OBJECT` only when the request names that type; otherwise it refuses even a right one. When
 * the upload chose no algorithm, AWS ignores the checksum.
 */
function assertChecksum(
  headers: S3Request['headers'],
  { checksum }: UploadRecord,
  computed: Checksum,
): void {
  const given = findChecksum(headers);
  if (checksum === undefined || given === undefined) return;
  const isSaid = checksum.type === 'COMPOSITE' || headers['x-amz-checksum-type'] === checksum.type;
  if (isSaid && given.algorithm === checksum.algorithm && given.value === computed.value) return;
  throw badDigest(
    `The ${checksum.algorithm.toLowerCase()} you specified did not match the calculated checksum.`,
  );
}

function assertSize(headers: S3Request['headers'], size: number): void {
  const given = headers['x-amz-mp-object-size'];
  if (given === undefined || Number(given) === size) return;
  throw invalidRequest(
    `The provided 'x-amz-mp-object-size' header value ${given} does not match what was computed: ${size}`,
  );
}

function assemble(
  upload: Upload,
  listed: readonly ListedPart[],
  headers: S3Request['headers'],
): ObjectDraft {
  const { record } = upload;
  assertMode(headers, record);
  const parts = pickParts(listed, upload);
  const { algorithm, type } = record.checksum ?? {
    algorithm: DEFAULT_ALGORITHM,
    type: 'FULL_OBJECT',
  };
  const pieces = parts.map(({ checksum, size }) => ({ value: checksum, size }));
  const checksum = composeChecksum(algorithm, type, pieces);
  assertChecksum(headers, record, checksum);
  const size = parts.reduce((total, part) => total + part.size, 0);
  assertSize(headers, size);
  const md5 = createHash('md5');
  for (const part of parts) md5.update(part.md5, 'hex');
  return {
    key: record.key,
    size,
    etag: `${md5.digest('hex')}-${parts.length}`,
    headers: record.headers,
    checksum,
    parts,
    uploadId: record.uploadId,
  };
}

/** POST /bucket/key?uploadId — makes the listed parts one object; copies nothing. */
export async function completeMultipartUpload(call: Call): Promise<Reply> {
  authorizeWrite(call);
  const { headers } = call.request;
  const condition = parseWriteCondition(headers);
  const name = uploadName(call);
  call.store.upload(name);
  const listed = parseParts(await readTextBody(call.payload(withoutChecksum(headers))));
  const record = await call.store.completeUpload(
    name,
    (upload) => assemble(upload, listed, headers),
    condition,
  );
  const { algorithm, type, value } = record.checksum;
  const path = call.request.rawPath;
  return xmlReply(
    renderXml('CompleteMultipartUploadResult', {
      Location: `${call.endpoint}${path}`,
      Bucket: call.bucket,
      Key: call.key,
      ETag: `"${record.etag}"`,
      [checksumElement(algorithm)]: value,
      ChecksumType: type,
    }),
    { ...ENCRYPTED, ...writtenHeader(record) },
  );
}
