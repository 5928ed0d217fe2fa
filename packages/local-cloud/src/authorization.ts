/** One call to a local service, in the words of IAM. */
export interface ServiceCall {
  /** Names the principal: each role of the template has its own access key. */
  readonly accessKeyId: string;
  /** Such as `s3:PutObject`. */
  readonly action: string;
  /** ARN of the resource that the call acts on. */
  readonly resource: string;
  /** Condition keys known for this call, such as `aws:SecureTransport`. */
  readonly context: Readonly<Record<string, string>>;
}

/** Decides a call. @throws {AccessDenied} no policy allows it, or one denies it. */
export type Authorize = (call: ServiceCall) => void;

/**
 * Answered as HTTP 403 `AccessDenied`. The message is worded as AWS words it: who may not do which
 * action on which resource, and why.
 */
export class AccessDenied extends Error {
  override readonly name = 'AccessDenied';
}

/** Looks up the secret of an access key; undefined when the key is not known. */
export type Identify = (accessKeyId: string) => { readonly secretAccessKey: string } | undefined;
