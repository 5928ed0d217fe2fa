import { chunkSource } from './body-source.ts';
import { type Call, ENCRYPTED, type Reply, xmlReply } from './call.ts';
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumElement,
  isChecksumAlgorithm,
} from './checksums.ts';
import { parseWriteCondition } from './conditions.ts';
import { assertCopySize, type CopySource, openCopySource } from './copy-source.ts';
import { invalidArgument, invalidRequest } from './errors.ts';
import { storedHeaders } from './object-headers.ts';
import { authorizeWrite, singlePartDraft } from './put-object.ts';
import { adoptBody, storeBody } from './stored-body.ts';
import { writtenHeader } from './versions.ts';
import { renderXml } from './xml.ts';

/**
 * The algorithm a request names in `x-amz-checksum-algorithm`.
 *
 * @throws {S3Error} it is none of S3's.
 */
export function parseAlgorithm(header: string | undefined): ChecksumAlgorithm | undefined {
  const name = header?.toUpperCase();
  if (name === undefined || isChecksumAlgorithm(name)) return name;
  throw invalidRequest(
    `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${CHECKSUM_ALGORITHMS.join(', ')}]`,
  );
}

function copiedHeaders(call: Call, source: CopySource): Readonly<Record<string, string>> {
  const directive = call.request.headers['x-amz-metadata-directive'] ?? 'COPY';
  if (directive === 'REPLACE') return storedHeaders(call.request.headers);
  if (directive !== 'COPY') {
    throw invalidArgument('Unknown metadata directive.', 'x-amz-metadata-directive', directive);
  }
  const { bucket, key, versionId } = source.name;
  if (bucket === call.bucket && key === call.key && versionId === undefined) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  return source.record.headers;
}

/**
 * PUT /bucket/key with `x-amz-copy-source`. Reads and writes all bytes, so that the ETag is that of
 * one part.
 */
export async function copyObject(call: Call): Promise<Reply> {
  authorizeWrite(call);
  call.store.bucket(call.bucket);
  const condition = parseWriteCondition(call.request.headers);
  const chosen = parseAlgorithm(call.request.headers['x-amz-checksum-algorithm']);
  const source = openCopySource(call);
  const { record } = source;
  assertCopySize(record.size);
  const headers = copiedHeaders(call, source);
  const algorithm = chosen ?? record.checksum.algorithm;
  const { files } = call.store;
  const chunks = files.read(record.parts, { offset: 0, length: record.size });
  const body = await storeBody(files, chunkSource(chunks), {
    algorithms: [algorithm],
    verify: () => {},
  });
  const copy = await adoptBody(files, body, () =>
    call.store.commit(call.bucket, singlePartDraft(call.key, headers, { body, algorithm }), {
      condition,
      reason: 'CopyObject',
    }),
  );
  return xmlReply(
    renderXml('CopyObjectResult', {
      ETag: `"${copy.etag}"`,
      LastModified: new Date(copy.lastModified).toISOString(),
      [checksumElement(algorithm)]: copy.checksum.value,
      ChecksumType: copy.checksum.type,
    }),
    { ...ENCRYPTED, ...source.headers, ...writtenHeader(copy) },
  );
}
