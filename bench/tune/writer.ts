import { setTimeout as sleep } from 'node:timers/promises';
import { aws } from './aws-cli.ts';
import { parseReport, type Report } from './reports.ts';

/** The deployed parts that are tuned. */
export interface DeployedWriter {
  readonly functionName: string;
  readonly logGroup: string;
  readonly stateMachineArn: string;
  readonly outputBucket: string;
  /** MiB before anything was changed. */
  readonly memoryMiB: number;
}

interface Stack {
  readonly Outputs: readonly { readonly OutputKey: string; readonly OutputValue: string }[];
}

interface Resource {
  readonly ResourceType: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
}

interface Configuration {
  readonly MemorySize: number;
  readonly LoggingConfig: { readonly LogGroup: string };
}

/** Finds the writer of a stack, by the names that the construct gives. */
export async function findWriter(stackName: string): Promise<DeployedWriter> {
  const named = ['--stack-name', stackName];
  const { Stacks } = await aws<{ readonly Stacks: readonly Stack[] }>([
    ...['cloudformation', 'describe-stacks', ...named],
  ]);
  const { StackResources } = await aws<{ readonly StackResources: readonly Resource[] }>([
    ...['cloudformation', 'describe-stack-resources', ...named],
  ]);
  const found = StackResources.find(
    ({ ResourceType, LogicalResourceId }) =>
      ResourceType === 'AWS::Lambda::Function' && /FunctionsWriteFunction/.test(LogicalResourceId),
  );
  const outputOf = (key: string) =>
    Stacks[0]?.Outputs.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
  const stateMachineArn = outputOf('StateMachineArn');
  const outputBucket = outputOf('OutputBucketName');
  if (found === undefined || stateMachineArn === undefined || outputBucket === undefined) {
    throw new Error(`${stackName} is no stack of sparse-fanout: it has no writer or outputs`);
  }
  const functionName = found.PhysicalResourceId;
  const { MemorySize, LoggingConfig } = await aws<Configuration>([
    ...['lambda', 'get-function-configuration', '--function-name', functionName],
  ]);
  const logGroup = LoggingConfig.LogGroup;
  return { functionName, logGroup, stateMachineArn, outputBucket, memoryMiB: MemorySize };
}

/** Changes the memory of the writer, and waits until new environments have it. */
export async function resize({ functionName }: DeployedWriter, memoryMiB: number): Promise<void> {
  const named = ['--function-name', functionName];
  await aws([
    ...['lambda', 'update-function-configuration', ...named],
    ...['--memory-size', String(memoryMiB)],
  ]);
  await aws(['lambda', 'wait', 'function-updated-v2', ...named]);
}

interface Execution {
  readonly status: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

/** Runs a request. @returns how many chunks it wrote */
export async function execute(
  { stateMachineArn }: DeployedWriter,
  request: object,
  pollMilliseconds: number,
): Promise<number> {
  const { executionArn } = await aws<{ readonly executionArn: string }>([
    ...['stepfunctions', 'start-execution', '--state-machine-arn', stateMachineArn],
    ...['--input', JSON.stringify(request)],
  ]);
  for (;;) {
    const { status, output, error, cause } = await aws<Execution>([
      ...['stepfunctions', 'describe-execution', '--execution-arn', executionArn],
    ]);
    if (status === 'SUCCEEDED') return Number(JSON.parse(output ?? '{}').totals?.chunks);
    if (status !== 'RUNNING') throw new Error(`${executionArn} is ${status}: ${error}: ${cause}`);
    await sleep(pollMilliseconds);
  }
}

/** Reads the REPORT lines since a time until there are so many: logs arrive seconds late. */
export async function reportsSince(
  { logGroup }: DeployedWriter,
  { since, count }: { readonly since: number; readonly count: number },
  pollMilliseconds: number,
): Promise<Report[]> {
  for (;;) {
    const { events } = await aws<{ readonly events: readonly { readonly message: string }[] }>([
      ...['logs', 'filter-log-events', '--log-group-name', logGroup],
      ...['--start-time', String(since), '--filter-pattern', 'REPORT'],
    ]);
    const reports = events
      .map(({ message }) => parseReport(message))
      .filter((report) => report !== undefined);
    if (reports.length >= count) return reports;
    await sleep(pollMilliseconds);
  }
}
