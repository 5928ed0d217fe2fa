import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { KEYS } from './key-patterns.ts';
import type { LedgerTable } from './ledger-table.ts';
import { creates, DECRYPT, ENCRYPT, type Permission, reads, useOf } from './permissions.ts';
import type { PostgresDatabases } from './postgres.ts';
import { handlesUploads, opensUploads } from './single-permissions.ts';
import type { Transforms } from './transforms.ts';

/** The places that the steps read and write, and the functions that they call. */
export interface Stores {
  readonly sourceBucket: IBucket;
  readonly outputBucket: IBucket;
  readonly ledger: LedgerTable;
  /** Functions that requests of tables may name. */
  readonly transforms: Transforms;
  /** Databases that requests of tables may name. */
  readonly postgres: PostgresDatabases;
}

/** What DynamoDB does in the name of whoever reads a table with a customer key. */
const DECRYPT_TABLE = ['kms:Decrypt', 'kms:DescribeKey'];

/** What it does in the name of whoever writes to one, as `Table.grantWriteData` knows it. */
const ENCRYPT_TABLE = [
  ...DECRYPT_TABLE,
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

export function readsSource({ sourceBucket }: Stores): readonly Permission[] {
  return [
    {
      reason: 'a request may name any object of the source bucket, and a version of it',
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: [sourceBucket.arnForObjects('*')],
    },
    ...useOf(sourceBucket.encryptionKey, DECRYPT, 'the source is encrypted'),
  ];
}

export function lists(bucket: IBucket): Permission {
  return {
    reason: 'lists chunks; and a missing key answers 404, not 403 as if access were denied',
    actions: ['s3:ListBucket'],
    resources: [bucket.bucketArn],
  };
}

export function encryptsOutput({ outputBucket }: Stores): readonly Permission[] {
  return useOf(outputBucket.encryptionKey, ENCRYPT, 'the output is encrypted');
}

export function writesLedger({ ledger }: Stores): readonly Permission[] {
  return [
    {
      reason: 'records what is started, done and failed',
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      resources: [ledger.tableArn],
    },
    ...useOf(ledger.encryptionKey, ENCRYPT_TABLE, 'the ledger is encrypted'),
  ];
}

export function queriesLedger({ ledger }: Stores): readonly Permission[] {
  return [
    {
      reason: 'reads what was recorded of every chunk',
      actions: ['dynamodb:Query'],
      resources: [ledger.tableArn],
    },
    ...useOf(ledger.encryptionKey, DECRYPT_TABLE, 'the ledger is encrypted'),
  ];
}

/** What a step that plans does beside its plan: it places the run, and records its start. */
export function placesRuns(stores: Stores): readonly Permission[] {
  const { outputBucket } = stores;
  return [
    reads(outputBucket, KEYS.manifests, 'sees whose a prefix is, and which runs are in it'),
    {
      reason: 'claims a generation of any output',
      actions: ['s3:PutObject'],
      resources: [outputBucket.arnForObjects(KEYS.claims)],
    },
    lists(outputBucket),
    ...encryptsOutput(stores),
    ...writesLedger(stores),
  ];
}

/** What a step that plans does for a Stage round. */
export function asksForStage({ outputBucket }: Stores): readonly Permission[] {
  return [
    {
      reason: 'writes the jobs that make a source readable by rows, and the versions they are of',
      actions: ['s3:AbortMultipartUpload', 's3:PutObject'],
      resources: [outputBucket.arnForObjects(KEYS.stageJobs)],
    },
    reads(outputBucket, KEYS.staged, 'sees what has been staged of a source, and its jobs'),
  ];
}

/** What the Plan function may do. */
export function planPermissions(stores: Stores): readonly Permission[] {
  const { sourceBucket, outputBucket } = stores;
  return [
    ...readsSource(stores),
    lists(sourceBucket),
    creates(outputBucket, KEYS.plans, 'writes the plan of any run'),
    creates(outputBucket, KEYS.layouts, 'writes where the arrays of any source lie'),
    {
      reason: 'writes the names of the columns of any source',
      actions: ['s3:AbortMultipartUpload', 's3:PutObject'],
      resources: [outputBucket.arnForObjects(KEYS.columnNames)],
    },
    ...opensUploads(outputBucket),
    ...asksForStage(stores),
    ...placesRuns(stores),
  ];
}

/** What the Stage function may do. */
export function stagePermissions(stores: Stores): readonly Permission[] {
  const { outputBucket } = stores;
  return [
    ...readsSource(stores),
    creates(outputBucket, KEYS.staged, 'makes any source readable by rows'),
    lists(outputBucket),
    ...encryptsOutput(stores),
  ];
}

/** What the Write function may do. */
export function writePermissions(stores: Stores): readonly Permission[] {
  const { outputBucket } = stores;
  return [
    ...readsSource(stores),
    reads(outputBucket, KEYS.layouts, 'reads where the arrays of any source lie'),
    reads(outputBucket, KEYS.staged, 'reads what has been staged of any source'),
    reads(outputBucket, KEYS.columnNames, 'reads the names of the columns of any source'),
    creates(outputBucket, KEYS.chunks, 'writes the chunks of any run'),
    creates(outputBucket, KEYS.overwritingChunks, 'writes chunks that overwrite others'),
    lists(outputBucket),
    ...encryptsOutput(stores),
    ...writesLedger(stores),
  ];
}

/** What the Finalize function may do. */
export function finalizePermissions(stores: Stores): readonly Permission[] {
  const { outputBucket } = stores;
  return [
    reads(outputBucket, KEYS.plans, 'reads the plan of any run'),
    reads(outputBucket, KEYS.layouts, 'reads the columns of any table'),
    creates(
      outputBucket,
      KEYS.manifests,
      'writes the manifests of any run with their companions, the latest in place of the old',
    ),
    {
      reason: 'removes what the mappers of a run have scattered once its manifest stands',
      actions: ['s3:DeleteObject'],
      resources: [outputBucket.arnForObjects(KEYS.shuffle)],
    },
    handlesUploads(outputBucket, 'makes one object of the parts of any run'),
    lists(outputBucket),
    ...encryptsOutput(stores),
    ...queriesLedger(stores),
  ];
}

/** What the ReportFailure function may do; Lambda publishes in its name. */
export function reportFailurePermissions(
  stores: Stores,
  failureTopic: ITopic,
): readonly Permission[] {
  const { outputBucket, ledger } = stores;
  return [
    ...readsSource(stores),
    reads(outputBucket, KEYS.claims, 'sees whose a prefix is'),
    reads(outputBucket, KEYS.layouts, 'reads where the arrays of any source lie'),
    reads(outputBucket, KEYS.staged, 'finds the rows that failed in what has been staged'),
    reads(outputBucket, KEYS.results, 'finds the child by which a Map failed'),
    {
      reason: 'writes the failure report of any run or execution, in the place of the one before',
      actions: ['s3:PutObject'],
      resources: [
        outputBucket.arnForObjects(KEYS.failures),
        outputBucket.arnForObjects(KEYS.executionFailures),
      ],
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
