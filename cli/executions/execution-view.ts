import type { ExecutionStatus, HistoryEvent } from '@aws-sdk/client-sfn';
import { causeSentence } from '#core/failure/cause-sentence.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import type { PlanResult } from '#core/run/step-messages.ts';

/** What a state does, in words for people, by the state's name. */
const TITLES: Readonly<Record<string, string>> = {
  Plan: 'planning',
  PlanTable: 'planning',
  PlanDatabase: 'planning',
  StageSource: 'staging',
  ScatterTables: 'shuffling',
  WriteChunks: 'writing',
  WriteTables: 'writing',
  CopyDatabases: 'writing',
  PrepareLoad: 'preparing',
  LoadTables: 'loading',
  PublishLoad: 'publishing',
  Finalize: 'verifying',
};

/** The planned run of an execution. */
interface PlannedRun {
  readonly runId: string;
  readonly chunks: number;
  /** URI of its output. */
  readonly output: string;
  readonly header: RunHeader;
  /** Bytes that it is expected to write; null where the plan does not say. */
  readonly bytes: number | null;
  /** Seconds that it is expected to take; null where the plan does not say. */
  readonly seconds: number | null;
}

/** What the history of an execution says of it. */
export interface ExecutionView {
  readonly status: ExecutionStatus;
  /** What it does now, such as `writing`. */
  readonly title: string;
  /** The planned run, once there is one. */
  readonly planned: PlannedRun | undefined;
  /** Items of the Map that runs now; 0 where none does. */
  readonly items: number;
  /** Map Run of the state that it is in. */
  readonly mapRunArn: string | undefined;
  /** Name of its error and a sentence, if it failed. */
  readonly error: { readonly name: string; readonly message: string } | undefined;
  /** JSON, if it succeeded. */
  readonly output: string | undefined;
  /** When it was started, and when the last event came that was seen. */
  readonly startedAt: Date | undefined;
  readonly seenAt: Date | undefined;
  /** Id of the last event that was seen. */
  readonly lastEvent: number;
}

/** An execution of which nothing is known yet. */
export const UNSEEN: ExecutionView = {
  status: 'RUNNING',
  title: 'starting',
  planned: undefined,
  items: 0,
  mapRunArn: undefined,
  error: undefined,
  output: undefined,
  startedAt: undefined,
  seenAt: undefined,
  lastEvent: 0,
};

/** What a step that plans answers once there is a plan. */
type WritePlan = Extract<PlanResult, { readonly run: unknown }>;

function plannedOf({ run, summary }: WritePlan): PlannedRun {
  const { runId, chunks, location } = run;
  return {
    ...{ runId, chunks, header: run },
    output: `s3://${location.bucket}/${location.prefix}`,
    bytes: summary.stored.bytes,
    seconds: summary.seconds.p50,
  };
}

/** What a step that plans has decided; undefined for the output of any other state. */
function decisionOf(output: string | undefined): PlanResult | undefined {
  const parsed: unknown = JSON.parse(output ?? 'null');
  const isDecision = typeof parsed === 'object' && parsed !== null && 'decision' in parsed;
  return isDecision ? (parsed as PlanResult) : undefined;
}

function afterState(view: ExecutionView, output: string | undefined): ExecutionView {
  const left = { ...view, mapRunArn: undefined };
  const decided = decisionOf(output);
  if (decided === undefined) return left;
  if ('run' in decided) {
    const planned = plannedOf(decided);
    return { ...left, planned, items: planned.chunks };
  }
  return 'jobs' in decided ? { ...left, items: decided.jobs } : left;
}

/** How an execution ended, by the type of its last event. */
const ENDINGS: Readonly<Record<string, ExecutionStatus>> = {
  ExecutionSucceeded: 'SUCCEEDED',
  ExecutionFailed: 'FAILED',
  ExecutionTimedOut: 'TIMED_OUT',
  ExecutionAborted: 'ABORTED',
};

function ended(view: ExecutionView, event: HistoryEvent, status: ExecutionStatus): ExecutionView {
  if (status === 'SUCCEEDED') {
    return { ...view, status, output: event.executionSucceededEventDetails?.output };
  }
  const details =
    event.executionFailedEventDetails ??
    event.executionTimedOutEventDetails ??
    event.executionAbortedEventDetails;
  const name = details?.error ?? `Execution${status}`;
  const message = causeSentence(details?.cause ?? `the execution ended as ${status}`);
  return { ...view, status, error: { name, message } };
}

/** The view after one more event. */
function seen(view: ExecutionView, event: HistoryEvent): ExecutionView {
  const { type = '', timestamp, id = view.lastEvent } = event;
  const startedAt = view.startedAt ?? timestamp;
  const next = { ...view, startedAt, seenAt: timestamp, lastEvent: id };
  const ending = ENDINGS[type];
  if (ending !== undefined) return ended(next, event, ending);
  if (type === 'ExecutionRedriven') return { ...next, status: 'RUNNING', error: undefined };
  const started = event.mapRunStartedEventDetails ?? event.mapRunRedrivenEventDetails;
  if (started !== undefined) return { ...next, mapRunArn: started.mapRunArn };
  const title = TITLES[event.stateEnteredEventDetails?.name ?? ''];
  if (title !== undefined) return { ...next, title };
  const left = event.stateExitedEventDetails;
  return left === undefined ? next : afterState(next, left.output);
}

/** The view after more events, in the order of their ids. */
export function follow(view: ExecutionView, events: readonly HistoryEvent[]): ExecutionView {
  return events.reduce(seen, view);
}
