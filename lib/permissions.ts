import { ArnFormat, Stack } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { IConstruct } from 'constructs';
import { OUTPUT_FOLDERS, RESULTS_FOLDER, STAGED_FOLDER } from '#core/contract.ts';
import { acknowledgeWildcard } from './acknowledgements.ts';
import type { LedgerTable } from './ledger-table.ts';

/** One statement of a role, and why the role has it. */
export interface Permission {
  readonly reason: string;
  readonly actions: readonly string[];
  /** ARNs of the resources. */
  readonly resources: readonly string[];
}

/** The buckets and the table that the steps read and write. */
export interface Stores {
  readonly sourceBucket: IBucket;
  readonly outputBucket: IBucket;
  readonly ledger: LedgerTable;
}

const PLANS = `*/${OUTPUT_FOLDERS.plan}plan*.jsonl`;
const MANIFESTS = `*/${OUTPUT_FOLDERS.manifest}*`;
const CLAIMS = `*/${OUTPUT_FOLDERS.manifest}run*.json`;
const FAILURES = `*/${OUTPUT_FOLDERS.manifest}failures.json`;
const CHUNKS = `*/${OUTPUT_FOLDERS.data}*`;
const RESULTS = `*/${RESULTS_FOLDER}/*`;
const LAYOUTS = `*/${OUTPUT_FOLDERS.plan}source*.json`;
const STAGED = `${STAGED_FOLDER}*`;
const STAGE_JOBS = `${STAGED_FOLDER}*/jobs.jsonl`;
const STAGE_RESULTS = `${STAGED_FOLDER}*/results/*`;

const DECRYPT = ['kms:Decrypt'];
const ENCRYPT = ['kms:Decrypt', 'kms:GenerateDataKey'];

/** KMS actions that DynamoDB makes as the role that reads a table with a customer key. */
const DECRYPT_TABLE = ['kms:Decrypt', 'kms:DescribeKey'];

/**
 * KMS actions that it makes as the role that writes to such a table; those of
 * `Table.grantWriteData`.
 */
const ENCRYPT_TABLE = [
  ...DECRYPT_TABLE,
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

const SEND_TRACES = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'];

/** Lets X-Ray trace a function. */
export const TRACING: Permission = {
  reason: 'traces have no resource that a policy could name',
  actions: SEND_TRACES,
  resources: ['*'],
};

/**
 * Lets X-Ray trace a state machine, which also asks which executions are sampled.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
 */
const SAMPLED_TRACING: Permission = {
  ...TRACING,
  actions: [...SEND_TRACES, 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
};

function useOf(
  key: IKey | undefined,
  actions: readonly string[],
  reason: string,
): readonly Permission[] {
  return key === undefined ? [] : [{ reason, actions, resources: [key.keyArn] }];
}

function readsSource({ sourceBucket }: Stores): readonly Permission[] {
  return [
    {
      reason: 'a request may name any object of the source bucket, and a version of it',
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: [sourceBucket.arnForObjects('*')],
    },
    ...useOf(sourceBucket.encryptionKey, DECRYPT, 'the source is encrypted'),
  ];
}

/**
 * Allows create-only writes. A write that is refused also reads the object that is there, and
 * removes the parts that it sent.
 */
function creates(bucket: IBucket, key: string, reason: string): Permission {
  return {
    reason,
    actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
    resources: [bucket.arnForObjects(key)],
  };
}

function reads(bucket: IBucket, key: string, reason: string): Permission {
  return { reason, actions: ['s3:GetObject'], resources: [bucket.arnForObjects(key)] };
}

function lists(bucket: IBucket): Permission {
  return {
    reason: 'lists chunks; and a missing key answers 404, not 403 as if access were denied',
    actions: ['s3:ListBucket'],
    resources: [bucket.bucketArn],
  };
}

function encryptsOutput({ outputBucket }: Stores): readonly Permission[] {
  return useOf(outputBucket.encryptionKey, ENCRYPT, 'the output is encrypted');
}

function writesLedger({ ledger }: Stores): readonly Permission[] {
  return [
    {
      reason: 'records what is started, done and failed',
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      resources: [ledger.tableArn],
    },
    ...useOf(ledger.encryptionKey, ENCRYPT_TABLE, 'the ledger is encrypted'),
  ];
}

function queriesLedger({ ledger }: Stores): readonly Permission[] {
  return [
    {
      reason: 'reads what was recorded of every chunk',
      actions: ['dynamodb:Query'],
      resources: [ledger.tableArn],
    },
    ...useOf(ledger.encryptionKey, DECRYPT_TABLE, 'the ledger is encrypted'),
  ];
}

/** Permissions of the Plan function. */
export function planPermissions(stores: Stores): readonly Permission[] {
  const { sourceBucket, outputBucket } = stores;
  return [
    ...readsSource(stores),
    lists(sourceBucket),
    creates(outputBucket, PLANS, 'writes the plan of any run'),
    creates(outputBucket, LAYOUTS, 'writes where the arrays of any source lie'),
    {
      reason: 'writes the jobs that make a source readable by rows',
      actions: ['s3:AbortMultipartUpload', 's3:PutObject'],
      resources: [outputBucket.arnForObjects(STAGE_JOBS)],
    },
    reads(outputBucket, STAGED, 'sees what has been staged of a source, and its jobs'),
    reads(outputBucket, MANIFESTS, 'sees whose a prefix is, and which runs are in it'),
    {
      reason: 'claims a generation of any output',
      actions: ['s3:PutObject'],
      resources: [outputBucket.arnForObjects(CLAIMS)],
    },
    lists(outputBucket),
    ...encryptsOutput(stores),
    ...writesLedger(stores),
  ];
}

/** Permissions of the Stage function. */
export function stagePermissions(stores: Stores): readonly Permission[] {
  const { outputBucket } = stores;
  return [
    ...readsSource(stores),
    creates(outputBucket, STAGED, 'makes any source readable by rows'),
    lists(outputBucket),
    ...encryptsOutput(stores),
  ];
}

/** Permissions of the Write function. */
export function writePermissions(stores: Stores): readonly Permission[] {
  const { outputBucket } = stores;
  return [
    ...readsSource(stores),
    reads(outputBucket, LAYOUTS, 'reads where the arrays of any source lie'),
    reads(outputBucket, STAGED, 'reads what has been staged of any source'),
    creates(outputBucket, CHUNKS, 'writes the chunks of any run'),
    lists(outputBucket),
    ...encryptsOutput(stores),
    ...writesLedger(stores),
  ];
}

/** Permissions of the Finalize function. */
export function finalizePermissions(stores: Stores): readonly Permission[] {
  const { outputBucket } = stores;
  return [
    reads(outputBucket, PLANS, 'reads the plan of any run'),
    creates(
      outputBucket,
      MANIFESTS,
      'writes the manifests of any run, the latest in the place of the one before',
    ),
    lists(outputBucket),
    ...encryptsOutput(stores),
    ...queriesLedger(stores),
  ];
}

/**
 * Permissions of the ReportFailure function, with whose role Lambda also publishes to the topic.
 */
export function reportFailurePermissions(
  stores: Stores,
  failureTopic: ITopic,
): readonly Permission[] {
  const { outputBucket, ledger } = stores;
  return [
    ...readsSource(stores),
    reads(outputBucket, CLAIMS, 'sees whose a prefix is'),
    reads(outputBucket, LAYOUTS, 'reads where the arrays of any source lie'),
    reads(outputBucket, STAGED, 'finds the rows that failed in what has been staged'),
    {
      reason: 'writes the failure report of any run, in the place of the one before',
      actions: ['s3:PutObject'],
      resources: [outputBucket.arnForObjects(FAILURES)],
    },
    lists(outputBucket),
    ...encryptsOutput(stores),
    {
      reason: 'finds the run of an execution, and why a try failed',
      actions: ['dynamodb:GetItem'],
      resources: [ledger.tableArn],
    },
    ...queriesLedger(stores),
    {
      reason: 'tells of each failure',
      actions: ['sns:Publish'],
      resources: [failureTopic.topicArn],
    },
    ...useOf(failureTopic.masterKey, ENCRYPT, 'the topic is encrypted'),
  ];
}

/** Permissions of the ItemReaders and ResultWriters of the Distributed Maps. */
export function mapPermissions(outputBucket: IBucket): readonly Permission[] {
  return [
    reads(outputBucket, PLANS, 'an ItemReader reads the plan of any run'),
    reads(outputBucket, STAGE_JOBS, 'an ItemReader reads the jobs of any Stage round'),
    {
      reason: 'the ResultWriters keep what the children of any run returned',
      actions: [
        's3:AbortMultipartUpload',
        's3:GetObject',
        's3:ListMultipartUploadParts',
        's3:PutObject',
      ],
      resources: [outputBucket.arnForObjects(RESULTS), outputBucket.arnForObjects(STAGE_RESULTS)],
    },
    ...useOf(outputBucket.encryptionKey, ENCRYPT, 'plan and results are encrypted'),
  ];
}

/** Permissions of a state machine for its logs, its traces and its functions. */
export function startPermissions(functions: readonly IFunction[]): readonly Permission[] {
  return [
    {
      reason: 'each step is a function',
      actions: ['lambda:InvokeFunction'],
      resources: functions.map(({ functionArn }) => functionArn),
    },
    SAMPLED_TRACING,
    {
      reason: 'the delivery of logs has no resource that a policy could name',
      actions: [
        'logs:CreateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:DescribeLogGroups',
        'logs:DescribeResourcePolicies',
        'logs:GetLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:UpdateLogDelivery',
      ],
      resources: ['*'],
    },
  ];
}

/**
 * Permissions of a Distributed Map on its own children: to start, watch, stop and redrive them.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
 */
export function ownRuns(
  stateMachine: StateMachine,
  labels: readonly string[],
): readonly Permission[] {
  const stack = Stack.of(stateMachine);
  const name = stateMachine.stateMachineName;
  const executions = (resourceName: string) =>
    stack.formatArn({
      service: 'states',
      resource: 'execution',
      resourceName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  return [
    {
      reason: 'each child is an execution of this state machine',
      actions: ['states:StartExecution'],
      resources: [stateMachine.stateMachineArn],
    },
    {
      reason: 'the names of children are made up when they start',
      actions: ['states:DescribeExecution', 'states:StopExecution'],
      resources: [executions(`${name}:*`)],
    },
    {
      reason: 'the names of children are made up when they start',
      actions: ['states:RedriveExecution'],
      resources: labels.map((label) => executions(`${name}/${label}:*`)),
    },
  ];
}

/** Adds permissions to a role or policy. The reason of each is also recorded for its wildcards. */
export function allow(grantee: IGrantable & IConstruct, permissions: readonly Permission[]): void {
  for (const { actions, resources, reason } of permissions) {
    const statement = new PolicyStatement({ actions: [...actions], resources: [...resources] });
    grantee.grantPrincipal.addToPrincipalPolicy(statement);
    for (const resource of resources) acknowledgeWildcard(grantee, resource, reason);
  }
}
