import { stateMachineName } from './arns.ts';
import type { StateMachine } from './engine.ts';
import type { ExecutionRecord } from './execution-record.ts';
import type { HistoryEvent } from './history.ts';
import type { JsonObject } from './json.ts';
import type { ChildRecord, MapRunRecord, RunningChild } from './map-records.ts';

/** A body to answer with; members that are undefined do not appear. */
export type Answer = Readonly<Record<string, unknown>>;

/** The AWS JSON protocol gives times in seconds. */
export function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}

const INCLUDED = { included: true };

/** Payloads that `includeExecutionData: false` leaves out of events. */
const DATA = new Set(['input', 'output', 'parameters', 'assignedVariables']);

/** An execution in DescribeExecution. @param obstacle why it cannot be redriven, if it cannot. */
export function describeExecution(record: ExecutionRecord, obstacle: string | undefined): Answer {
  const { executionArn, stateMachineArn, name, status, input, output, error, cause } = record;
  return {
    ...{ executionArn, stateMachineArn, name, status, input, output, error, cause },
    startDate: seconds(record.startDate),
    stopDate: seconds(record.stopDate),
    inputDetails: INCLUDED,
    outputDetails: output === undefined ? undefined : INCLUDED,
    redriveCount: record.redriveCount,
    redriveDate: seconds(record.redriveDate),
    redriveStatus: obstacle === undefined ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    redriveStatusReason: obstacle,
  };
}

/** A map's child, under way or ended. */
type AnyChild =
  | ChildRecord
  | (RunningChild & { readonly status: 'RUNNING' } & Partial<
        Pick<ChildRecord, 'output' | 'error' | 'cause' | 'stopDate'>
      >);

/** A map's child in DescribeExecution. */
export function describeChild(child: AnyChild, mapRunArn: string): Answer {
  const { executionArn, stateMachineArn, name, status, input, output, error, cause } = child;
  const isRedrivable = status !== 'SUCCEEDED' && status !== 'RUNNING';
  return {
    ...{ executionArn, stateMachineArn, name, status, input, output, error, cause, mapRunArn },
    startDate: seconds(child.startDate),
    stopDate: seconds(child.stopDate),
    inputDetails: INCLUDED,
    outputDetails: output === undefined ? undefined : INCLUDED,
    redriveCount: child.redriveCount,
    redriveStatus: isRedrivable ? 'REDRIVABLE_BY_MAP_RUN' : 'NOT_REDRIVABLE',
  };
}

/** An execution in ListExecutions. */
export function listedExecution(record: ExecutionRecord): Answer {
  const { executionArn, stateMachineArn, name, status, redriveCount } = record;
  return {
    ...{ executionArn, stateMachineArn, name, status, redriveCount },
    startDate: seconds(record.startDate),
    stopDate: seconds(record.stopDate),
    redriveDate: seconds(record.redriveDate),
  };
}

/** A map's child in ListExecutions. */
export function listedChild(child: AnyChild, mapRunArn: string): Answer {
  const { executionArn, stateMachineArn, name, status, itemCount, redriveCount } = child;
  return {
    ...{ executionArn, stateMachineArn, name, status, itemCount, redriveCount, mapRunArn },
    startDate: seconds(child.startDate),
    stopDate: seconds(child.stopDate),
  };
}

function withoutData(details: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(details).filter(([name]) => !DATA.has(name)));
}

/** An event in GetExecutionHistory. */
export function listedEvent(event: HistoryEvent, includesData: boolean): Answer {
  const { id, previousEventId, timestamp, type, detailsName, details } = event;
  const shown = details && (includesData ? details : withoutData(details));
  const named = detailsName === undefined ? {} : { [detailsName]: shown };
  return { id, previousEventId, timestamp: seconds(timestamp), type, ...named };
}

/** A map run in DescribeMapRun. */
export function describeMapRun(record: MapRunRecord): Answer {
  return {
    ...record,
    stateMachineArn: undefined,
    startDate: seconds(record.startDate),
    stopDate: seconds(record.stopDate),
    redriveDate: seconds(record.redriveDate),
  };
}

/** A map run in ListMapRuns. */
export function listedMapRun(record: MapRunRecord): Answer {
  const { mapRunArn, executionArn, stateMachineArn } = record;
  return {
    ...{ mapRunArn, executionArn, stateMachineArn },
    startDate: seconds(record.startDate),
    stopDate: seconds(record.stopDate),
  };
}

/** A state machine in ListStateMachines. */
export function listedStateMachine(machine: StateMachine): Answer {
  return {
    stateMachineArn: machine.arn,
    name: stateMachineName(machine.arn),
    type: 'STANDARD',
    creationDate: seconds(machine.creationDate),
  };
}

/** The tags of a state machine in ListTagsForResource. */
export function listedTags({ tags = {} }: StateMachine): Answer {
  return { tags: Object.entries(tags).map(([key, value]) => ({ key, value })) };
}

/** A state machine in DescribeStateMachine. */
export function describeStateMachine(machine: StateMachine): Answer {
  const { definition, roleArn } = machine;
  return { ...listedStateMachine(machine), status: 'ACTIVE', definition, roleArn };
}
