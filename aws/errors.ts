import {
  AccessDeniedError,
  FanoutError,
  ServiceUnavailableError,
  SourceChangedError,
  SourceNotFoundError,
  ThrottledError,
} from '#core/errors.ts';

/** The fields of an AWS SDK error that are used. Network errors have only a name or a code. */
interface ServiceError extends Error {
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const THROTTLES = new Set([
  'SlowDown',
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'ProvisionedThroughputExceededException',
]);

const DENIALS = new Set(['AccessDenied', 'AccessDeniedException', 'Forbidden']);

/** Names of S3's errors (HTTP 400) for an object whose key of KMS may not be used now. */
const KEY_DENIALS = /^KMS\.(?:Disabled|InvalidKeyUsage|KMSInvalidState|NotFound)Exception$/;

/** Names of S3's errors for a request that was signed by a clock too far from S3's own. */
const SKEWS = new Set(['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture']);

/**
 * The message of that error from DynamoDB and Step Functions, where its name is also used for a
 * wrong key.
 */
const SKEW_MESSAGE = /^Signature (?:expired|not yet current)/;

/** Names and codes of errors of the connection, and of a machine that has no sockets left. */
const NETWORK = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'EPIPE',
  'EPROTO',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EBUSY',
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ERR_STREAM_PREMATURE_CLOSE',
  'NetworkingError',
  'TimeoutError',
]);

/** The same, where Node.js says it only in words. */
const NETWORK_MESSAGE = /socket hang up|premature close|^aborted$/i;

/**
 * Names of S3's errors (HTTP 400) for a body that did not come whole or in time, or that does not
 * have its CRC-32: it was damaged on the way, or in memory before.
 */
const DAMAGED = new Set([
  'BadDigest',
  'IncompleteBody',
  'RequestTimeout',
  'RequestTimeoutException',
  'XAmzContentChecksumMismatch',
]);

/** HTTP status of an SDK error; 0 when no answer came. */
export function statusOf(error: unknown): number {
  const status = (error as ServiceError | undefined)?.$metadata?.httpStatusCode;
  return typeof status === 'number' ? status : 0;
}

/** True for an SDK error of that name, of any class. */
export function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

function isNetwork({ name, code, message }: ServiceError): boolean {
  if (NETWORK.has(name) || (typeof code === 'string' && NETWORK.has(code))) return true;
  return NETWORK_MESSAGE.test(message);
}

/**
 * True if a clock was wrong. The SDK corrects its clock by the answer, but tries again only if it
 * has just found it wrong.
 */
function isClockSkew({ name, message }: ServiceError): boolean {
  return SKEWS.has(name) || (name === 'InvalidSignatureException' && SKEW_MESSAGE.test(message));
}

/**
 * Translates an error of the AWS SDK into one of this project, once, where the SDK is called.
 * Returns this project's own errors, aborts and programming mistakes as they are.
 *
 * @param action what failed, for the message, such as `write s3://bucket/key`.
 */
export function translated(error: unknown, action: string): unknown {
  if (error instanceof FanoutError || !(error instanceof Error)) return error;
  const failure = error as ServiceError;
  const status = statusOf(failure);
  const options = { cause: error };
  const because = `${failure.name}: ${failure.message}`;
  if (isClockSkew(failure)) {
    return new ServiceUnavailableError(`could not ${action} (${because})`, options);
  }
  if (DENIALS.has(failure.name) || KEY_DENIALS.test(failure.name) || status === 403) {
    return new AccessDeniedError(`may not ${action} (${because})`, options);
  }
  if (THROTTLES.has(failure.name) || status === 429 || status === 503) {
    return new ThrottledError(`could not ${action} (${because})`, options);
  }
  if (status >= 500 || isNetwork(failure) || DAMAGED.has(failure.name)) {
    return new ServiceUnavailableError(`could not ${action} (${because})`, options);
  }
  return error;
}

/**
 * Translates as {@link translated} does, for reads of the source: a missing object and a failed
 * If-Match become errors of their own.
 */
export function translatedSource(error: unknown, uri: string): unknown {
  const status = statusOf(error);
  const options = { cause: error };
  if (status === 404 || isNamed(error, 'NoSuchKey') || isNamed(error, 'NoSuchBucket')) {
    return new SourceNotFoundError(`${uri} does not exist; check bucket, key and version`, options);
  }
  if (status === 412) {
    return new SourceChangedError(
      `${uri} was replaced while the run was under way; start again to export the new version`,
      options,
    );
  }
  return translated(error, `read ${uri}`);
}
