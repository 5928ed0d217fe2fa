import { type AttributeValue, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { LocalCloud } from '@sparse-fanout/local-cloud';
import type { DynamoDBClient } from '#aws/clients/dynamo.ts';
import type { S3Client } from '#aws/clients/s3.ts';
import type { SFNClient } from '#aws/clients/states.ts';
import { listObjects } from '#aws/objects.ts';
import { createLocalClients, type LocalClients } from '#cli/local/local-clients.ts';

/** How a stack on this machine is reached. */
export type StackAccess = Pick<
  LocalCloud,
  'endpoints' | 'region' | 'credentials' | 'caPem' | 'outputs'
>;

/** How an execution ended. */
export interface Execution {
  readonly executionArn: string;
  readonly status: string;
  // biome-ignore lint/suspicious/noExplicitAny: output of any state machine, for tests only
  readonly output: any;
  readonly error: string;
  readonly cause: string;
}

/** Each look costs a few milliseconds of the processor that the execution works on. */
const POLL_MILLISECONDS = 50;

/** Most failed children of a Map that are shown. */
const SHOWN_CHILDREN = 5;

function sentenceOf({ executionArn, status, error, cause }: Execution): string {
  return `${executionArn.split(':').at(-1)} ended ${status}, ${error}: ${cause}`;
}

/** What tests do with a stack on this machine, through real clients of AWS. */
export class StackClient {
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
  readonly states: SFNClient;
  readonly #clients: LocalClients;
  readonly #outputs: Readonly<Record<string, string>>;

  constructor(access: StackAccess) {
    this.#outputs = access.outputs;
    this.#clients = createLocalClients(access);
    const { s3, dynamo, states } = this.#clients;
    this.s3 = s3;
    this.dynamo = dynamo;
    this.states = states;
  }

  output(name: string): string {
    const value = this.#outputs[name];
    if (value === undefined) throw new Error(`the stack has no output ${name}`);
    return value;
  }

  get outputBucket(): string {
    return this.output('OutputBucketName');
  }

  /** Uploads a source under a key that starts no execution; returns its URI. */
  async putSource(name: string, body: Uint8Array): Promise<string> {
    const bucket = this.output('SourceBucketName');
    await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: body }));
    return `s3://${bucket}/${name}`;
  }

  async startExecution(request: unknown): Promise<string> {
    const { executionArn } = await this.states.send(
      new StartExecutionCommand({
        stateMachineArn: this.output('StateMachineArn'),
        input: JSON.stringify(request),
      }),
    );
    return executionArn ?? '';
  }

  /** How an execution ended; undefined as long as it runs. */
  async ended(executionArn: string): Promise<Execution | undefined> {
    const { status, output, error, cause } = await this.states.send(
      new DescribeExecutionCommand({ executionArn }),
    );
    if (status === 'RUNNING') return undefined;
    const parsed = output === undefined ? undefined : JSON.parse(output);
    const why = { error: error ?? '', cause: cause ?? '' };
    return { executionArn, status: status ?? '', output: parsed, ...why };
  }

  /** Waits for the end of an execution, however long it takes. */
  async endOf(executionArn: string): Promise<Execution> {
    for (;;) {
      const ended = await this.ended(executionArn);
      if (ended !== undefined) return ended;
      await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
    }
  }

  async run(request: unknown): Promise<Execution> {
    return await this.endOf(await this.startExecution(request));
  }

  /**
   * Waits for the end of an execution that must succeed.
   *
   * @throws {Error} it did not succeed. The message has error and cause of the execution and of its
   * Map's children.
   */
  async expectSucceeded(executionArn: string): Promise<Execution> {
    const ended = await this.endOf(executionArn);
    if (ended.status === 'SUCCEEDED') return ended;
    const children = await this.#failedChildren(executionArn);
    throw new Error([sentenceOf(ended), ...children.map(sentenceOf)].join('\n  child '));
  }

  /** Runs a request that must succeed, see {@link expectSucceeded}. */
  async runToSuccess(request: unknown): Promise<Execution> {
    return await this.expectSucceeded(await this.startExecution(request));
  }

  /** The error of a Map only says that too many children failed. */
  async #failedChildren(executionArn: string): Promise<readonly Execution[]> {
    const { mapRuns = [] } = await this.states.send(new ListMapRunsCommand({ executionArn }));
    const failed = await Promise.all(
      mapRuns.map(({ mapRunArn }) =>
        this.states.send(
          new ListExecutionsCommand({
            mapRunArn,
            statusFilter: 'FAILED',
            maxResults: SHOWN_CHILDREN,
          }),
        ),
      ),
    );
    const arns = failed.flatMap(({ executions = [] }) =>
      executions.map((each) => each.executionArn),
    );
    return await Promise.all(arns.map((arn) => this.endOf(arn ?? '')));
  }

  /** Text of an object given by its URI. */
  async read(uri: string): Promise<Buffer> {
    const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket, Key }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  /** Keys below a prefix of the output bucket. */
  async keys(prefix: string): Promise<string[]> {
    return await Array.fromAsync(listObjects(this.s3, this.outputBucket, prefix), ({ key }) => key);
  }

  /** All items of a run in the ledger, by sort key. */
  async ledger(runId: string): Promise<Map<string, Record<string, AttributeValue>>> {
    const items = new Map<string, Record<string, AttributeValue>>();
    for (let shard = 0; shard < 16; shard += 1) {
      const { Items = [] } = await this.dynamo.send(
        new QueryCommand({
          TableName: this.output('LedgerTableName'),
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: `run#${runId}#${shard}` } },
          ConsistentRead: true,
        }),
      );
      for (const item of Items) items.set(item['sk']?.S ?? '', item);
    }
    return items;
  }

  /** Closes the connections; the stack stays. */
  destroy(): void {
    this.#clients.close();
  }
}
