import type { ReportPlace } from '#cli/report/read-run-record.ts';

/** What the pages of a deployment show. */
export interface PagePlace extends ReportPlace {
  readonly stateMachineArn: string;
  readonly outputBucket: string;
}

/** ARN of an execution of the state machine. */
export function executionArnOf({ stateMachineArn }: PagePlace, name: string): string {
  return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}

/** Address of the page of an execution. */
export function executionPath(name: string): string {
  return `/executions/${encodeURIComponent(name)}`;
}

/** Address of the report on the run of an execution. */
export function reportPath(name: string): string {
  return `/runs/${encodeURIComponent(name)}`;
}

/** Address of the list of the objects below a prefix of the output bucket. */
export function objectsPath(prefix: string): string {
  return `/objects?prefix=${encodeURIComponent(prefix)}`;
}

/** Address of the begin of an object of the output bucket. */
export function objectPath(key: string): string {
  return `/object?key=${encodeURIComponent(key)}`;
}
