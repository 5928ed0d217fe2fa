import type { AuditedRun } from '#aws/ledger-audit.ts';
import type { ReportedFailures } from './reported-failures.ts';
import type { RunAudit } from './run-audit.ts';

/** What the execution that worked last on a run says of itself. */
export interface RunExecution {
  readonly arn: string;
  /** As Step Functions names it. */
  readonly status: string;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  /** Milliseconds since 1970; undefined while it runs. */
  readonly stoppedMs?: number | undefined;
  readonly redrives: number;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** What the manifest of the run proves. */
export interface ProvedOutput {
  /** Of the whole set, with the generations before. */
  readonly chunks: number;
  readonly rows: number;
  readonly bytes: number;
  readonly contentBytes: number;
  /** Of all content in order. */
  readonly crc32: string;
  /** Whether all of it is of this run. */
  readonly isOwn: boolean;
}

/** What the plan promised. */
export interface PlannedFigures {
  readonly chunks?: number | undefined;
  readonly rows?: number | undefined;
  /** Of the text before it is compressed. */
  readonly textBytes?: number | undefined;
  /** Of all objects. */
  readonly storedBytes?: number | undefined;
  /** From the first to the last second, as the middle of what was simulated. */
  readonly seconds?: number | undefined;
  /** Dollars by service, and `total`. */
  readonly usd?: Readonly<Record<string, number>> | undefined;
}

/** All that a report shows of a run. */
export interface RunRecord {
  readonly runId: string;
  readonly generation: number;
  /** URI. */
  readonly output: string;
  /** URI; undefined where nothing says it. */
  readonly source?: string | undefined;
  /** Which writers it has. */
  readonly kind?: 'matrix' | 'table' | undefined;
  readonly starts?: AuditedRun | undefined;
  readonly execution?: RunExecution | undefined;
  readonly manifest?: ProvedOutput | undefined;
  readonly failures?: ReportedFailures | undefined;
  readonly plan?: PlannedFigures | undefined;
  /** Chunks of the plan; undefined where it could not be read. */
  readonly planned?: number | undefined;
  readonly audit: RunAudit;
  /** What could not be read, one sentence each. */
  readonly unread: readonly string[];
  /** When all of this was read, milliseconds since 1970. */
  readonly readMs: number;
}

/** How a run stands. */
export type RunState = 'complete' | 'running' | 'failed' | 'incomplete';

/** How a run stands: its manifest alone says that it is complete. */
export function stateOf({ manifest, execution }: RunRecord): RunState {
  if (manifest !== undefined) return 'complete';
  if (execution?.status === 'RUNNING') return 'running';
  return execution === undefined || execution.status === 'SUCCEEDED' ? 'incomplete' : 'failed';
}

/** The account of every local cloud; AWS has none of this number. */
const LOCAL_ACCOUNT = '000000000000';

/** Whether a run was in a local cloud; false where no execution is known. */
export function wasLocal({ execution }: RunRecord): boolean {
  return execution?.arn.split(':')[4] === LOCAL_ACCOUNT;
}
