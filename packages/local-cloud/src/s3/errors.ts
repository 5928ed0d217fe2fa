/** Further elements of an error's XML, such as `Key` or `Condition`; empty ones are left out, as AWS does. */
export type ErrorFields = Readonly<Record<string, string | number | undefined>>;

/** An answer of S3 that is not a success: becomes the XML error body, or just the status of a HEAD. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly status: number;
  /** Such as `NoSuchKey`. */
  readonly code: string;
  readonly fields: ErrorFields;

  constructor(status: number, code: string, message: string, fields: ErrorFields = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

/** 404: the bucket does not exist. */
export function noSuchBucket(bucket: string): S3Error {
  return new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist', {
    BucketName: bucket,
  });
}

/** 404: the key does not exist. */
export function noSuchKey(key: string): S3Error {
  return new S3Error(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key });
}

/** 404: the multipart upload does not exist, or no longer. */
export function noSuchUpload(uploadId: string): S3Error {
  return new S3Error(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { UploadId: uploadId },
  );
}

/** 412: the named condition does not hold. */
export function preconditionFailed(condition: string): S3Error {
  return new S3Error(
    412,
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
    { Condition: condition },
  );
}

/** 400: a parameter has a value that S3 does not take. */
export function invalidArgument(message: string, name: string, value: string): S3Error {
  return new S3Error(400, 'InvalidArgument', message, { ArgumentName: name, ArgumentValue: value });
}

/** 400: the parts of the request do not fit together. */
export function invalidRequest(message: string): S3Error {
  return new S3Error(400, 'InvalidRequest', message);
}

/** 400: the bytes received are not those that the client described. */
export function badDigest(message: string): S3Error {
  return new S3Error(400, 'BadDigest', message);
}

/** 400: the body is not the XML that the operation takes. */
export function malformedXml(): S3Error {
  return new S3Error(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

/** 501: a header asks for something that this server does not do, so it does nothing at all. */
export function headerNotImplemented(header: string, additionalMessage?: string): S3Error {
  return new S3Error(
    501,
    'NotImplemented',
    'A header you provided implies functionality that is not implemented',
    { Header: header, additionalMessage },
  );
}

/** 501: an operation or a parameter, by name, that this server does not do. */
export function notImplemented(what: string): S3Error {
  return new S3Error(501, 'NotImplemented', `${what} is not implemented by this server`);
}
