import { headerNotImplemented, noSuchKey, preconditionFailed, S3Error } from './errors.ts';
import type { ObjectRecord } from './records.ts';

/** Header values by lower-case name. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** A condition on writing or deleting a key, decided at commit. */
export type WriteCondition =
  | { readonly header: 'If-Match'; readonly etag: string }
  | { readonly header: 'If-None-Match' };

/** What came of the conditions of a read. */
export type ReadDecision = 'proceed' | 'not-modified';

function unquote(etag: string): string {
  return etag.replace(/^"(.*)"$/, '$1');
}

function matches(header: string, etag: string): boolean {
  return header.split(',').some((each) => each.trim() === '*' || unquote(each.trim()) === etag);
}

/**
 * Seconds since 1970, the precision of an HTTP date; undefined when the header is absent or no
 * date.
 */
function toSeconds(header: string | undefined): number | undefined {
  const milliseconds = header === undefined ? Number.NaN : Date.parse(header);
  return Number.isNaN(milliseconds) ? undefined : Math.floor(milliseconds / 1000);
}

/**
 * Reads the condition of a write.
 *
 * @throws {S3Error} `NotImplemented`: a form that S3 refuses, such as If-Match `*` or both headers.
 */
export function parseWriteCondition(headers: Headers): WriteCondition | undefined {
  const ifMatch = headers['if-match'];
  const ifNoneMatch = headers['if-none-match'];
  if (ifMatch !== undefined && ifNoneMatch !== undefined) {
    throw headerNotImplemented(
      'If-Match,If-None-Match',
      'Multiple conditional request headers present in the request',
    );
  }
  const header = ifMatch === undefined ? 'If-None-Match' : 'If-Match';
  if (ifMatch === '*' || (ifNoneMatch !== undefined && ifNoneMatch !== '*')) {
    throw headerNotImplemented(
      header,
      `We don't accept the provided value of ${header} header for this API`,
    );
  }
  if (ifMatch !== undefined) return { header: 'If-Match', etag: unquote(ifMatch) };
  return ifNoneMatch === undefined ? undefined : { header: 'If-None-Match' };
}

/** Reads the condition of a delete: an ETag, or `*` for any object. */
export function parseDeleteCondition(ifMatch: string | undefined): WriteCondition | undefined {
  return ifMatch === undefined ? undefined : { header: 'If-Match', etag: unquote(ifMatch) };
}

/**
 * Decides a write against the object that is there now.
 *
 * @throws {S3Error} `PreconditionFailed`, or `NoSuchKey` when there is nothing to match.
 */
export function assertWriteCondition(
  condition: WriteCondition | undefined,
  key: string,
  current: ObjectRecord | undefined,
): void {
  if (condition === undefined) return;
  if (condition.header === 'If-None-Match') {
    if (current !== undefined) throw preconditionFailed('If-None-Match');
    return;
  }
  if (current === undefined) throw noSuchKey(key);
  if (!matches(condition.etag, current.etag)) throw preconditionFailed('If-Match');
}

/**
 * Refuses a conditional Complete whose condition holds, but whose key was written or deleted after
 * the upload was created.
 *
 * @throws {S3Error} `ConditionalRequestConflict`.
 */
export function assertNotOvertaken(
  condition: WriteCondition | undefined,
  key: string,
  overtaken: boolean,
): void {
  if (condition === undefined || !overtaken) return;
  throw new S3Error(
    'ConditionalRequestConflict',
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
    { Condition: condition.header, Key: key },
  );
}

/**
 * Decides a read: If-Match before If-Unmodified-Since, If-None-Match before If-Modified-Since.
 * A date in the future is no condition.
 *
 * @throws {S3Error} `PreconditionFailed`, naming the header.
 */
export function decideRead(headers: Headers, record: ObjectRecord): ReadDecision {
  const changed = Math.floor(record.lastModified / 1000);
  const ifMatch = headers['if-match'];
  const unmodifiedSince = toSeconds(headers['if-unmodified-since']);
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, record.etag)) throw preconditionFailed('If-Match');
  } else if (unmodifiedSince !== undefined && changed > unmodifiedSince) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) {
    return matches(ifNoneMatch, record.etag) ? 'not-modified' : 'proceed';
  }
  const modifiedSince = toSeconds(headers['if-modified-since']);
  const isPast = modifiedSince !== undefined && modifiedSince * 1000 <= Date.now();
  return isPast && changed <= modifiedSince ? 'not-modified' : 'proceed';
}

/**
 * Decides the `x-amz-copy-source-if-…` headers.
 *
 * @throws {S3Error} `PreconditionFailed`, naming the header.
 */
export function assertCopySource(headers: Headers, record: ObjectRecord): void {
  const prefix = 'x-amz-copy-source-';
  const conditions = Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => name.startsWith(`${prefix}if-`))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );
  try {
    if (decideRead(conditions, record) === 'proceed') return;
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    throw preconditionFailed(`${prefix}${error.fields['Condition']}`);
  }
  const failed = conditions['if-none-match'] === undefined ? 'If-Modified-Since' : 'If-None-Match';
  throw preconditionFailed(`${prefix}${failed}`);
}
