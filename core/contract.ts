/**
 * Names and shapes that the deployed stack, the Lambda functions and the command line share.
 * This file imports nothing, so that `lib/` can use it without pulling in the rest of `core`.
 */

/**
 * Part of every run id. Raise it when the same request begins to give other bytes or another plan.
 */
export const CONTRACT_VERSION = 7;

/**
 * Names of the environment variables of the Lambda functions; read in `lambdas/<step>/index.ts`
 * only.
 */
export const ENV = {
  /** Name of the bucket that receives chunks, plans and manifests. */
  outputBucket: 'OUTPUT_BUCKET',
  /** Name of the DynamoDB table that holds the ledger. */
  ledgerTable: 'LEDGER_TABLE',
  /** JSON of the request sections used where a request is silent, see {@link RequestDefaults}. */
  requestDefaults: 'REQUEST_DEFAULTS',
  /** JSON of the keys that start runs, or null; see {@link TriggerKeys}. */
  trigger: 'TRIGGER',
  /** JSON of the functions that requests may name, by their names; see {@link TransformArns}. */
  transforms: 'TRANSFORMS',
  /** JSON of the databases that requests may name; see {@link PostgresConnections}. */
  postgres: 'POSTGRES',
  /** JSON of the names of these databases. */
  connections: 'CONNECTIONS',
} as const;

/** What a deployment says of a PostgreSQL database whose login is a secret. */
interface SecretConnection {
  /** Of a secret with `username`, `password`, `host`, `port` and `dbname`, as RDS writes it. */
  readonly secretArn: string;
  /** Wins over that of the secret, as do the two others. */
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  /** False only for a server on this machine. */
  readonly tls: boolean;
}

/** The same of one of RDS that takes a token of IAM in place of a password; by TLS alone. */
interface IamConnection {
  readonly auth: 'iam';
  readonly host: string;
  readonly user: string;
  readonly port?: number;
  readonly database?: string;
}

/** A PostgreSQL database that a deployment lets requests name. */
export type PostgresConnection = SecretConnection | IamConnection;

/** A name of such a database: neither an ARN nor a host nor a URL. */
export const CONNECTION_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** The databases of a deployment by the names that requests call them by. */
export type PostgresConnections = Readonly<Record<string, PostgresConnection>>;

/** The functions of a deployment that `transform.lambda` may name: ARNs of published versions. */
export type TransformArns = Readonly<Record<string, string>>;

/** A name of such a function; an ARN is none. */
export const TRANSFORM_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/**
 * Tries of one request of a function to S3 or DynamoDB, by the SDK. In the model of a fresh prefix
 * that takes 3,500 PUT/s, three lose chunks from 1,000 writers on; ten complete with 3,000.
 * @see campaigns/throttle/prefix-limit.ts
 */
export const SDK_TRIES = 10;

/** Memory of a function with one whole vCPU, MiB: Lambda gives processor in proportion. */
export const ONE_VCPU_MIB = 1_769;

/**
 * Memory of a writer, MiB: the least that holds every bound, which is the default, and the most of
 * Lambda.
 * @see docs/decisions/0014-writer-memory-and-chunk-size.md
 */
export const WRITER_MIB = { least: 512, most: 10_240 } as const;

/** Most children of a Distributed Map that work at once: Step Functions allows no more. */
export const MAX_CONCURRENCY = 10_000;

/** Errors that heal by waiting: Step Functions retries them per chunk, with full jitter. */
export const TRANSIENT_ERRORS = [
  'ThrottledError',
  'ServiceUnavailableError',
  'UploadConflictError',
] as const;

/** The error of a function that ran out of time. */
export const TIMEOUT_ERRORS = ['TimeoutSoonError'] as const;

/** The error of a source that is still being uploaded. Only Plan meets it, and waits. */
export const ARRIVAL_ERRORS = ['IncompleteSourceError'] as const;

/** Errors that cannot heal by trying again: they fail the execution at once. */
export const PERMANENT_ERRORS = [
  'RequestError',
  'SourceNotFoundError',
  'SourceChangedError',
  'CorruptSourceError',
  'UnsupportedSourceError',
  'ExpectationError',
  'TransformError',
  'BoundExceededError',
  'OutputConflictError',
  'UploadLostError',
  'IncompleteRunError',
  'AccessDeniedError',
  'ManifestError',
  'DatabaseError',
] as const;

export type TransientErrorName =
  | (typeof TRANSIENT_ERRORS)[number]
  | (typeof TIMEOUT_ERRORS)[number]
  | (typeof ARRIVAL_ERRORS)[number];
export type PermanentErrorName = (typeof PERMANENT_ERRORS)[number];

/**
 * Retry list of every task of the workflow, in its order: the first entry that names an error
 * decides. So permanent errors come first, with no retry, and last an entry for what nobody
 * foresaw.
 * @see docs/architecture.md, Retries
 */
export const RETRIES = [
  { errors: PERMANENT_ERRORS, maxAttempts: 0, intervalSeconds: 1, maxDelaySeconds: 60 },
  {
    errors: [
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.ClientExecutionTimeoutException',
    ],
    maxAttempts: 6,
    intervalSeconds: 2,
    maxDelaySeconds: 60,
  },
  {
    // A throttle harms nobody, and a new account runs ten functions at once: a child waits for its
    // turn as long as its history has room.
    errors: ['Lambda.TooManyRequestsException'],
    maxAttempts: 8_000,
    intervalSeconds: 1,
    maxDelaySeconds: 60,
  },
  {
    errors: [
      'Lambda.Unknown',
      'Sandbox.Timedout',
      'Runtime.ExitError',
      'Runtime.OutOfMemory',
      'States.Timeout',
    ],
    maxAttempts: 2,
    intervalSeconds: 2,
    maxDelaySeconds: 60,
  },
  // The same work takes as long again, unless a service was slow.
  { errors: TIMEOUT_ERRORS, maxAttempts: 1, intervalSeconds: 2, maxDelaySeconds: 60 },
  { errors: TRANSIENT_ERRORS, maxAttempts: 6, intervalSeconds: 2, maxDelaySeconds: 60 },
  // Nearly every error; States.Timeout is not among them.
  { errors: ['States.TaskFailed'], maxAttempts: 3, intervalSeconds: 2, maxDelaySeconds: 60 },
] as const;

/** How much longer each retry may wait than the one before. */
export const BACKOFF_RATE = 2;

/**
 * Retry of a Distributed Map, for the only error at which no child has started: the plan could not
 * be read.
 */
export const MAP_RETRY = {
  errors: ['States.ItemReaderFailed'],
  maxAttempts: 3,
  intervalSeconds: 2,
  maxDelaySeconds: 60,
} as const;

/**
 * How long Plan waits for a source that is still being uploaded: 30 s, twice as long each time up
 * to 5 minutes, 6 hours in all. Without jitter, so that the sum is known.
 */
export const ARRIVAL_RETRY = {
  errors: ARRIVAL_ERRORS,
  maxAttempts: 75,
  intervalSeconds: 30,
  maxDelaySeconds: 300,
} as const;

/** Folder beside the code of a function with one file for each module of functions for tables. */
export const FUNCTIONS_FOLDER = 'functions';

/** Folders below an output prefix. `data/` holds only chunks, so that consumers can list it. */
export const OUTPUT_FOLDERS = { data: 'data/', manifest: '_manifest/', plan: '_plan/' } as const;

/**
 * Folder of the output bucket for what is staged. Each version of a source unit has a folder in it.
 */
export const STAGED_FOLDER = '_staged/';

/**
 * Folder of the output bucket for the reports on executions that failed before they claimed an
 * output.
 */
export const FAILURES_FOLDER = '_failures/';

/** Folder of the output bucket through which rows go to the functions of transforms, and back. */
export const TRANSFORM_FOLDER = '_transform/';

/** Folder of the output bucket for rows on their way into partitions. */
export const SHUFFLE_FOLDER = '_shuffle/';

/** Folders of the output bucket that no output may lie in. */
export const RESERVED_FOLDERS = [
  STAGED_FOLDER,
  FAILURES_FOLDER,
  SHUFFLE_FOLDER,
  TRANSFORM_FOLDER,
] as const;

/** Folder below an output prefix that Step Functions' ResultWriter writes to. */
export const RESULTS_FOLDER = '_plan/results';

/** What Plan decided; the Choice state after it branches on this word. */
export type PlanDecision =
  | 'write'
  | 'load'
  | 'stage'
  | 'scatter'
  | 'table'
  | 'database'
  | 'complete'
  | 'dry-run'
  | 'waiting';

/** Half-open, zero-based range of rows: `rowStart <= row < rowEnd`. */
export interface RowRange {
  readonly rowStart: number;
  readonly rowEnd: number;
}

/** Keys whose objects start runs. */
export interface TriggerKeys {
  readonly bucket: string;
  readonly prefix: string;
  readonly suffixes: readonly string[];
}

/** Tags of the state machine by which a client finds the rest of its deployment. */
export const TAGS = {
  sourceBucket: 'sparse-fanout:source-bucket',
  outputBucket: 'sparse-fanout:output-bucket',
  ledger: 'sparse-fanout:ledger',
  /** What the keys of the source bucket that start runs begin with; without it anything. */
  triggerPrefix: 'sparse-fanout:trigger-prefix',
  /** What they end with, with spaces between; without it no object starts a run. */
  triggerSuffixes: 'sparse-fanout:trigger-suffixes',
} as const;

/** Stands in the tag for the empty suffix, with which every key ends. */
export const ANY_SUFFIX = 'any';

/** Request sections that a deployment may preset, because an S3 event cannot carry them. */
export type RequestDefaults = Readonly<Record<string, unknown>>;
