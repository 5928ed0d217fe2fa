import { type Call, ENCRYPTED, objectArn, type Reply } from './call.ts';
import type { ChecksumAlgorithm } from './checksums.ts';
import { parseWriteCondition } from './conditions.ts';
import { checksumHeaders, storedHeaders } from './object-headers.ts';
import type { ObjectDraft } from './records.ts';
import { adoptBody, type StoredBody, storeBody } from './stored-body.ts';
import { writtenHeader } from './versions.ts';

/** The checksum that S3 adds when a client sends none. */
export const DEFAULT_ALGORITHM: ChecksumAlgorithm = 'CRC64NVME';

/** An object of one part out of a stored body. */
export function singlePartDraft(
  key: string,
  headers: ObjectDraft['headers'],
  { body, algorithm }: { readonly body: StoredBody; readonly algorithm: ChecksumAlgorithm },
): ObjectDraft {
  const { size, file, md5 } = body;
  const value = body.checksums[algorithm] ?? '';
  return {
    key,
    size,
    etag: md5,
    headers,
    checksum: { algorithm, type: 'FULL_OBJECT', value },
    parts: [{ partNumber: 1, size, file, md5, checksum: value, lastModified: Date.now() }],
  };
}

/**
 * Checks that the caller may write a key. A condition on an ETag also reads it.
 *
 * @throws {AccessDenied}
 */
export function authorizeWrite(call: Call): void {
  const arn = objectArn(call.bucket, call.key);
  call.authorize('s3:PutObject', arn);
  if (call.request.headers['if-match'] !== undefined) call.authorize('s3:GetObject', arn);
}

/** PUT /bucket/key. */
export async function putObject(call: Call): Promise<Reply> {
  authorizeWrite(call);
  call.store.bucket(call.bucket);
  const { headers } = call.request;
  const condition = parseWriteCondition(headers);
  const kept = storedHeaders(headers);
  const payload = call.payload();
  const algorithm = payload.declared ?? DEFAULT_ALGORITHM;
  const { files } = call.store;
  const body = await storeBody(files, payload.body, {
    algorithms: [algorithm],
    verify: payload.verify,
  });
  const record = await adoptBody(files, body, () =>
    call.store.commit(call.bucket, singlePartDraft(call.key, kept, { body, algorithm }), {
      condition,
      reason: 'PutObject',
    }),
  );
  return {
    status: 200,
    headers: {
      etag: `"${record.etag}"`,
      ...checksumHeaders(record.checksum),
      ...ENCRYPTED,
      ...writtenHeader(record),
    },
  };
}
