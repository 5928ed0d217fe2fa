/**
 * Further elements of an error's XML, such as `Key` or `Condition`; empty ones are left out, as AWS
 * does.
 */
export type ErrorFields = Readonly<Record<string, string | number | undefined>>;

/** The status of each error, by its code. */
const STATUSES = {
  AuthorizationHeaderMalformed: 400,
  AuthorizationQueryParametersError: 400,
  BadDigest: 400,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  IllegalLocationConstraintException: 400,
  IllegalVersioningConfigurationException: 400,
  IncompleteBody: 400,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidDigest: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRequest: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MalformedXML: 400,
  MaxMessageLengthExceeded: 400,
  MetadataTooLarge: 400,
  /** Not one of AWS, whose disks do not fill: no client repeats a request that got it. */
  StorageFailed: 400,
  XAmzContentSHA256Mismatch: 400,
  AccessDenied: 403,
  InvalidAccessKeyId: 403,
  RequestTimeTooSkewed: 403,
  SignatureDoesNotMatch: 403,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NoSuchVersion: 404,
  MethodNotAllowed: 405,
  ConditionalRequestConflict: 409,
  MissingContentLength: 411,
  PreconditionFailed: 412,
  InvalidPartNumber: 416,
  InvalidRange: 416,
  InternalError: 500,
  NotImplemented: 501,
} as const;

/**
 * An answer of S3 that is not a success. It becomes the XML error body, or only the status of a
 * HEAD.
 */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly status: number;
  /** Such as `NoSuchKey`. */
  readonly code: keyof typeof STATUSES;
  readonly fields: ErrorFields;
  /** Further headers of the answer, by lower-case name. */
  readonly headers: Readonly<Record<string, string>> = {};

  constructor(code: keyof typeof STATUSES, message: string, fields: ErrorFields = {}) {
    super(message);
    this.status = STATUSES[code];
    this.code = code;
    this.fields = fields;
  }
}

/** 404: the bucket does not exist. */
export function noSuchBucket(bucket: string): S3Error {
  return new S3Error('NoSuchBucket', 'The specified bucket does not exist', {
    BucketName: bucket,
  });
}

/** 404: the key does not exist. */
export function noSuchKey(key: string): S3Error {
  return new S3Error('NoSuchKey', 'The specified key does not exist.', { Key: key });
}

/** An error about a delete marker; its headers say so. */
class DeleteMarkerError extends S3Error {
  override readonly headers: Readonly<Record<string, string>>;

  constructor(error: S3Error, headers: Readonly<Record<string, string>>) {
    super(error.code, error.message, error.fields);
    this.headers = headers;
  }
}

/** 404: the key was deleted. @param headers those that say so. */
export function keyDeleted(key: string, headers: Readonly<Record<string, string>>): S3Error {
  return new DeleteMarkerError(noSuchKey(key), headers);
}

/** 405: the version named is a delete marker. @param headers those that say so. */
export function markerNamed(method: string, headers: Readonly<Record<string, string>>): S3Error {
  const message = 'The specified method is not allowed against this resource.';
  const fields = { Method: method, ResourceType: 'DeleteMarker' };
  const error = new S3Error('MethodNotAllowed', message, fields);
  return new DeleteMarkerError(error, { ...headers, allow: 'DELETE' });
}

/** 404: the key has no such version. */
export function noSuchVersion(key: string, versionId: string): S3Error {
  return new S3Error('NoSuchVersion', 'The specified version does not exist.', {
    Key: key,
    VersionId: versionId,
  });
}

/** 404: the multipart upload does not exist, or no longer. */
export function noSuchUpload(uploadId: string): S3Error {
  return new S3Error(
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { UploadId: uploadId },
  );
}

/** 412: the named condition does not hold. */
export function preconditionFailed(condition: string): S3Error {
  return new S3Error(
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    { Condition: condition },
  );
}

/** 400: a parameter has a value that S3 does not take. */
export function invalidArgument(message: string, name: string, value: string): S3Error {
  return new S3Error('InvalidArgument', message, { ArgumentName: name, ArgumentValue: value });
}

/** 400: the parts of the request do not fit together. */
export function invalidRequest(message: string): S3Error {
  return new S3Error('InvalidRequest', message);
}

/** 400: the bytes received are not those that the client described. */
export function badDigest(message: string): S3Error {
  return new S3Error('BadDigest', message);
}

/** 400: the body is not the XML that the operation takes. */
export function malformedXml(): S3Error {
  return new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

/** 501: a header asks for something that this server does not do, so it does nothing at all. */
export function headerNotImplemented(header: string, additionalMessage?: string): S3Error {
  return new S3Error(
    'NotImplemented',
    'A header you provided implies functionality that is not implemented',
    { Header: header, additionalMessage },
  );
}

/** 501: an operation or a parameter, by name, that this server does not do. */
export function notImplemented(what: string): S3Error {
  return new S3Error('NotImplemented', `${what} is not implemented by this server`);
}
