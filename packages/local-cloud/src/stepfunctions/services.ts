import type { Readable } from 'node:stream';
import type { Authorize } from '#local/authorization.ts';

/** What Lambda answers to a synchronous Invoke. */
export interface LambdaResult {
  /** 200. */
  readonly statusCode: number;
  /** Response body, JSON text. */
  readonly payload: string;
  /** `Handled` or `Unhandled` when the function failed. */
  readonly functionError?: string;
  /** Such as `$LATEST`. */
  readonly executedVersion: string;
}

/** The services that state machines call, each under the role's access key. */
export interface Services {
  /** Rejects with an error named as AWS's exception, such as `TooManyRequestsException`. */
  invokeLambda(call: {
    readonly functionName: string;
    /** JSON text. */
    readonly payload: string;
    readonly accessKeyId: string;
  }): Promise<LambdaResult>;
  /** Rejects with an error named as AWS's exception, such as `NoSuchKey`. */
  readObject(call: {
    readonly bucket: string;
    readonly key: string;
    readonly accessKeyId: string;
  }): Promise<AsyncIterable<Uint8Array>>;
  /** Rejects with an error named as AWS's exception, such as `AccessDenied`. */
  writeObject(call: {
    readonly bucket: string;
    readonly key: string;
    /** Opens the body, again for each try. */
    readonly body: () => Readable;
    /** Bytes in {@link body}. */
    readonly contentLength: number;
    readonly accessKeyId: string;
  }): Promise<void>;
  readonly authorize: Authorize;
}
