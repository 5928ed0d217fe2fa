/** One deployed function, as its template describes it. */
export interface FunctionConfiguration {
  readonly name: string;
  readonly arn: string;
  /** ARNs of the published versions of its template; each runs the same code here. */
  readonly versionArns: readonly string[];
  /** Those of them that stay when another template has no longer them. */
  readonly retainedVersionArns: readonly string[];
  readonly roleArn: string;
  /** Absolute directory of the bundle. */
  readonly codeDirectory: string;
  /** Such as `index.handler`: file `index.mjs` (or `.js`, `.cjs`), export `handler`. */
  readonly handler: string;
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  /** Absolute directories of the layers, in their order. */
  readonly layerDirectories: readonly string[];
  /**
   * Size of `/tmp`, in MiB. Undefined for a function with neither layer nor `EphemeralStorage`: it
   * has none here, and loads no native code.
   */
  readonly ephemeralMegabytes: number | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Invocations at once before `TooManyRequestsException`; undefined leaves only the account's
   * limit.
   */
  readonly reservedConcurrency: number | undefined;
  readonly logGroupName: string;
  /** Repetitions of an asynchronous invocation whose function failed. */
  readonly asyncRetries: number;
  /** Topic that gets a message for each asynchronous invocation that succeeded. */
  readonly onSuccessTopicArn?: string | undefined;
  /** Topic that gets a message for each one that failed and is not tried again. */
  readonly onFailureTopicArn?: string | undefined;
}
