import { randomUUID } from 'node:crypto';
import type { Authority } from '#local/iam/authority.ts';
import type { FunctionConfiguration } from './function-configuration.ts';
import type { AsyncResult, LambdaHost } from './lambda-host.ts';

/** What asynchronous invocations need. */
export interface AsyncInvocationsOptions {
  readonly functions: readonly FunctionConfiguration[];
  readonly host: Pick<LambdaHost, 'arnOf' | 'invokeAsync'>;
  readonly authority: Pick<Authority, 'assumeRole' | 'authorize'>;
  readonly publish: (topicArn: string, message: string) => Promise<void>;
  /** Called when an event could not be run, or its record could not be sent to its destination. */
  readonly fail: (error: unknown) => void;
}

/**
 * What Lambda sends to a destination.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
function invocationRecord(functionArn: string, payload: string, result: AsyncResult): string {
  const { functionError, statusCode, executedVersion } = result;
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: randomUUID(),
      functionArn: `${functionArn}:$LATEST`,
      condition: functionError === undefined ? 'Success' : 'RetriesExhausted',
      approximateInvokeCount: result.invokeCount,
    },
    requestPayload: JSON.parse(payload),
    responseContext: { statusCode, executedVersion, functionError },
    responsePayload: JSON.parse(result.payload),
  });
}

/**
 * Runs events that event sources hand over. The source gets an answer at once; the outcome goes to
 * a destination.
 */
export class AsyncInvocations {
  readonly #options: AsyncInvocationsOptions;
  #isClosed = false;

  constructor(options: AsyncInvocationsOptions) {
    this.#options = options;
  }

  /** Takes an event for a function. @throws {LambdaException} there is no such function. */
  accept(functionName: string, payload: string): void {
    const arn = this.#options.host.arnOf(functionName);
    this.#run(arn, payload).catch((error: unknown) => {
      if (!this.#isClosed) this.#options.fail(error);
    });
  }

  /** Events that are still running are lost with the functions' processes, without a report. */
  close(): void {
    this.#isClosed = true;
  }

  async #run(arn: string, payload: string): Promise<void> {
    const { host, functions } = this.#options;
    const result = await host.invokeAsync(arn, payload);
    const configuration = functions.find((candidate) => candidate.arn === arn);
    if (configuration === undefined || this.#isClosed) return;
    const { onSuccessTopicArn, onFailureTopicArn } = configuration;
    const topicArn = result.functionError === undefined ? onSuccessTopicArn : onFailureTopicArn;
    if (topicArn === undefined) return;
    this.#authorize(configuration, topicArn);
    await this.#options.publish(topicArn, invocationRecord(arn, payload, result));
  }

  /** Lambda publishes with the function's own role. */
  #authorize({ roleArn, arn, name }: FunctionConfiguration, resource: string): void {
    const { authority } = this.#options;
    const service = 'lambda.amazonaws.com';
    const role = { roleArn, service, sourceArn: arn, sessionName: name };
    const { accessKeyId } = authority.assumeRole(role);
    const context = { 'aws:SecureTransport': 'true' };
    authority.authorize({ accessKeyId, action: 'sns:Publish', resource, context });
  }
}
