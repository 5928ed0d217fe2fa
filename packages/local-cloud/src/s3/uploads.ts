import { chunkSource } from './body-source.ts';
import { type Call, ENCRYPTED, objectArn, type Reply, xmlReply } from './call.ts';
import {
  type ChecksumAlgorithm,
  type ChecksumType,
  checksumElement,
  checksumHeader,
  isComposable,
} from './checksums.ts';
import { parseAlgorithm } from './copy-object.ts';
import { assertCopySize, openCopySource, parseCopyRange } from './copy-source.ts';
import { invalidArgument, invalidRequest } from './errors.ts';
import { storedHeaders } from './object-headers.ts';
import type { UploadName } from './object-store.ts';
import { DEFAULT_ALGORITHM } from './put-object.ts';
import type { StoredPart, UploadRecord } from './records.ts';
import { adoptBody, type StoredBody, storeBody } from './stored-body.ts';
import { renderXml } from './xml.ts';

const MAX_PART_NUMBER = 10_000;

/** The upload that a request names. */
export function uploadName({ bucket, key, request }: Call): UploadName {
  return { bucket, key, uploadId: request.query['uploadId'] ?? '' };
}

function parseChecksumType(header: string | undefined, algorithm: ChecksumAlgorithm): ChecksumType {
  const type = header ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  if (type !== 'FULL_OBJECT' && type !== 'COMPOSITE') {
    throw invalidRequest('Value for x-amz-checksum-type header is invalid.');
  }
  const isPossible = type === 'COMPOSITE' ? algorithm !== 'CRC64NVME' : isComposable(algorithm);
  if (isPossible) return type;
  throw invalidRequest(
    `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
  );
}

function parseUploadChecksum(headers: Call['request']['headers']): UploadRecord['checksum'] {
  const algorithm = parseAlgorithm(headers['x-amz-checksum-algorithm']);
  const type = headers['x-amz-checksum-type'];
  if (algorithm !== undefined) return { algorithm, type: parseChecksumType(type, algorithm) };
  if (type === undefined) return undefined;
  throw invalidRequest(
    'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
  );
}

/** POST /bucket/key?uploads. */
export async function createMultipartUpload(call: Call): Promise<Reply> {
  call.authorize('s3:PutObject', objectArn(call.bucket, call.key));
  const checksum = parseUploadChecksum(call.request.headers);
  const { uploadId } = await call.store.createUpload(call.bucket, {
    key: call.key,
    initiator: call.accessKeyId,
    headers: storedHeaders(call.request.headers),
    ...(checksum === undefined ? {} : { checksum }),
  });
  return xmlReply(
    renderXml('InitiateMultipartUploadResult', {
      Bucket: call.bucket,
      Key: call.key,
      UploadId: uploadId,
    }),
    {
      ...ENCRYPTED,
      'x-amz-checksum-algorithm': checksum?.algorithm,
      'x-amz-checksum-type': checksum?.type,
    },
  );
}

function parsePartNumber(value = ''): number {
  const number = Number(value);
  if (/^\d{1,5}$/.test(value) && number >= 1 && number <= MAX_PART_NUMBER) return number;
  throw invalidArgument(
    'Part number must be an integer between 1 and 10000, inclusive',
    'partNumber',
    value,
  );
}

/**
 * The parts of an upload carry its algorithm; without one, the client may send any, and CRC64NVME
 * is computed.
 */
function assertPartAlgorithm(upload: UploadRecord, declared: ChecksumAlgorithm | undefined): void {
  const expected = upload.checksum?.algorithm;
  if (expected === undefined || expected === declared) return;
  throw invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: ${declared?.toLowerCase() ?? null}`,
  );
}

async function adoptPart(
  call: Call,
  body: StoredBody,
  { partNumber, algorithm }: { partNumber: number; algorithm: ChecksumAlgorithm },
): Promise<StoredPart> {
  const { file, size, md5 } = body;
  const checksum = body.checksums[algorithm] ?? '';
  const part = { partNumber, file, size, md5, checksum, lastModified: Date.now() };
  await adoptBody(call.store.files, body, () => call.store.putPart(uploadName(call), part));
  return part;
}

/** PUT /bucket/key?partNumber&uploadId. */
export async function uploadPart(call: Call): Promise<Reply> {
  call.authorize('s3:PutObject', objectArn(call.bucket, call.key));
  const partNumber = parsePartNumber(call.request.query['partNumber']);
  const { record: upload } = call.store.upload(uploadName(call));
  const payload = call.payload();
  const { declared } = payload;
  assertPartAlgorithm(upload, declared);
  const algorithm = upload.checksum?.algorithm ?? DEFAULT_ALGORITHM;
  const body = await storeBody(call.store.files, payload.body, {
    algorithms: declared === undefined ? [algorithm] : [algorithm, declared],
    verify: payload.verify,
  });
  const part = await adoptPart(call, body, { partNumber, algorithm });
  const echoed = declared && { [checksumHeader(declared)]: body.checksums[declared] };
  return { status: 200, headers: { etag: `"${part.md5}"`, ...echoed, ...ENCRYPTED } };
}

/** PUT /bucket/key?partNumber&uploadId with `x-amz-copy-source`, whole or one range of it. */
export async function uploadPartCopy(call: Call): Promise<Reply> {
  call.authorize('s3:PutObject', objectArn(call.bucket, call.key));
  const partNumber = parsePartNumber(call.request.query['partNumber']);
  const { record: upload } = call.store.upload(uploadName(call));
  const { record: source, headers } = openCopySource(call);
  const range = parseCopyRange(call.request.headers['x-amz-copy-source-range'], source.size);
  assertCopySize(range.length);
  const algorithm = upload.checksum?.algorithm ?? DEFAULT_ALGORITHM;
  const { files } = call.store;
  const body = await storeBody(files, chunkSource(files.read(source.parts, range)), {
    algorithms: [algorithm],
    verify: () => {},
  });
  const part = await adoptPart(call, body, { partNumber, algorithm });
  return xmlReply(
    renderXml('CopyPartResult', {
      ETag: `"${part.md5}"`,
      LastModified: new Date(part.lastModified).toISOString(),
      [checksumElement(algorithm)]: upload.checksum === undefined ? undefined : part.checksum,
    }),
    { ...ENCRYPTED, ...headers },
  );
}

/** DELETE /bucket/key?uploadId. */
export async function abortMultipartUpload(call: Call): Promise<Reply> {
  call.authorize('s3:AbortMultipartUpload', objectArn(call.bucket, call.key));
  await call.store.abortUpload(uploadName(call));
  return { status: 204 };
}
