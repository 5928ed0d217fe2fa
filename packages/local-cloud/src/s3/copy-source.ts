import type { Call, Reply } from './call.ts';
import { assertCopySource } from './conditions.ts';
import type { ByteRange } from './data-files.ts';
import { invalidArgument, invalidRequest, notImplemented, S3Error } from './errors.ts';
import { findReadable, type ObjectName } from './find-readable.ts';
import type { ObjectRecord } from './records.ts';
import { versionIdOf } from './versions.ts';

const MAX_SOURCE_BYTES = 5 * 1024 ** 3;
const RANGE_FORM =
  'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy';

/** An object to copy from, kept readable until the call ends. */
export interface CopySource {
  readonly name: ObjectName;
  readonly record: ObjectRecord;
  /** Headers of the answer that say which version is copied. */
  readonly headers: Reply['headers'];
}

function invalidSource(header: string): Error {
  return invalidArgument(
    'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    'x-amz-copy-source',
    header,
  );
}

function parseSource(header: string): ObjectName {
  const [path = '', versionId] = header.split('?versionId=');
  if (path.startsWith('arn:')) throw notImplemented('copying from an access point');
  try {
    const decoded = decodeURIComponent(path).replace(/^\//, '');
    const slash = decoded.indexOf('/');
    if (slash > 0 && slash < decoded.length - 1) {
      return { bucket: decoded.slice(0, slash), key: decoded.slice(slash + 1), versionId };
    }
  } catch {
    throw invalidSource(header);
  }
  throw invalidSource(header);
}

/** @throws {S3Error} `InvalidRequest`: the version named is a delete marker. */
function findSource(call: Call, name: ObjectName): ObjectRecord {
  try {
    return findReadable(call, name);
  } catch (error) {
    if (!(error instanceof S3Error) || error.code !== 'MethodNotAllowed') throw error;
    throw invalidRequest(
      'The source of a copy request may not specifically refer to a delete marker by version id.',
    );
  }
}

/** Finds the source of a copy, with its conditions. @throws {S3Error} @throws {AccessDenied} */
export function openCopySource(call: Call): CopySource {
  const { headers } = call.request;
  const name = parseSource(headers['x-amz-copy-source'] ?? '');
  const record = findSource(call, name);
  assertCopySource(headers, record);
  call.onEnd(call.store.files.pin(record.parts));
  const { versioning } = call.store.bucket(name.bucket);
  const read = { 'x-amz-copy-source-version-id': versionIdOf(record) };
  return { name, record, headers: versioning === undefined ? {} : read };
}

/** @throws {S3Error} `InvalidRequest`: one copy moves at most 5 GiB. */
export function assertCopySize(bytes: number): void {
  if (bytes <= MAX_SOURCE_BYTES) return;
  throw invalidRequest(
    `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_SOURCE_BYTES}`,
  );
}

/** The bytes of the source that a part copies; all of them without a header. @throws {S3Error} */
export function parseCopyRange(header: string | undefined, size: number): ByteRange {
  if (header === undefined) return { offset: 0, length: size };
  const name = 'x-amz-copy-source-range';
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  const [offset, end] = [Number(first), Number(last) + 1];
  if (first === undefined || offset >= end) throw invalidArgument(RANGE_FORM, name, header);
  if (offset >= size) {
    throw invalidRequest('The specified copy range is invalid for the source object size');
  }
  if (end > size) {
    throw invalidArgument(
      `Range specified is not valid for source object of size: ${size}`,
      name,
      header,
    );
  }
  return { offset, length: end - offset };
}
