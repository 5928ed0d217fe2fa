import * as answers from './answers.ts';
import type { CallFields } from './call-fields.ts';
import { type Engine, notRedrivable } from './engine.ts';
import { ApiError } from './errors.ts';
import type { HistoryEvent } from './history.ts';
import type { MapRunRecord } from './map-records.ts';

/** One operation of the API. */
export interface Operation {
  /**
   * ARN that the caller must be allowed to act on. The action is `states:` and the name of the
   * operation.
   */
  readonly resource: (fields: CallFields) => string;
  readonly answer: (engine: Engine, fields: CallFields) => Promise<answers.Answer>;
}

const named = (member: string) => (fields: CallFields) => fields.required(member);

const newestFirst = <Started extends { readonly startDate: number }>(records: Iterable<Started>) =>
  [...records].sort((a, b) => b.startDate - a.startDate);

function mapRunOf(engine: Engine, arn: string): MapRunRecord {
  const record = engine.store.mapRun(arn);
  if (record !== undefined) return record;
  throw new ApiError('ResourceNotFound', `Resource not found: '${arn}'`);
}

async function describeExecution(engine: Engine, fields: CallFields) {
  fields.refuse('includedData');
  const arn = fields.required('executionArn');
  for (const run of engine.store.mapRuns) {
    const machine = run.stateMachineArn.split(':').slice(6).join(':');
    if (!arn.split(':').slice(6).join(':').startsWith(`${machine}:`)) continue;
    const running = engine.store.runningChild(arn);
    if (running) return answers.describeChild({ ...running, status: 'RUNNING' }, run.mapRunArn);
    for await (const child of engine.store.childrenOf(run.mapRunArn)) {
      if (child.executionArn === arn) return answers.describeChild(child, run.mapRunArn);
    }
  }
  const record = engine.execution(arn);
  return answers.describeExecution(record, notRedrivable(record, engine.clock.now()));
}

async function listExecutions(engine: Engine, fields: CallFields) {
  fields.refuse('redriveFilter');
  const mapRunArn = fields.text('mapRunArn');
  const status = fields.text('statusFilter');
  const isWanted = (listed: { readonly status: string }) =>
    status === undefined || listed.status === status;
  if (mapRunArn === undefined) {
    const arn = engine.stateMachine(fields.required('stateMachineArn')).arn;
    const own = newestFirst(engine.store.executions).filter(
      (record) => record.stateMachineArn === arn && isWanted(record),
    );
    const { page, nextToken } = fields.page(own);
    return { executions: page.map(answers.listedExecution), nextToken };
  }
  const children: answers.Answer[] = [];
  const run = mapRunOf(engine, mapRunArn);
  for (const child of engine.store.runningChildren(run.mapRunArn)) {
    const listed = { ...child, status: 'RUNNING' } as const;
    if (isWanted(listed)) children.push(answers.listedChild(listed, mapRunArn));
  }
  for await (const child of engine.store.childrenOf(run.mapRunArn)) {
    if (isWanted(child)) children.push(answers.listedChild(child, mapRunArn));
  }
  const { page, nextToken } = fields.page(children);
  return { executions: page, nextToken };
}

/** Of an execution, or of a map's child as long as it is under way. */
async function eventsOf(engine: Engine, arn: string): Promise<readonly HistoryEvent[]> {
  const child = engine.store.runningChild(arn);
  if (child !== undefined) return child.events;
  const { executionArn } = engine.execution(arn);
  return await Array.fromAsync(engine.store.events(executionArn));
}

async function getHistory(engine: Engine, fields: CallFields) {
  const recorded = await eventsOf(engine, fields.required('executionArn'));
  const includesData = fields.flag('includeExecutionData', true);
  const events = recorded.map((event) => answers.listedEvent(event, includesData));
  if (fields.flag('reverseOrder', false)) events.reverse();
  const { page, nextToken } = fields.page(events);
  return { events: page, nextToken };
}

async function startExecution(engine: Engine, fields: CallFields) {
  const stateMachineArn = fields.required('stateMachineArn');
  const [name, input] = [fields.text('name'), fields.text('input')];
  const record = await engine.startExecution({ stateMachineArn, name, input });
  return { executionArn: record.executionArn, startDate: answers.seconds(record.startDate) };
}

async function stopExecution(engine: Engine, fields: CallFields) {
  const arn = fields.required('executionArn');
  const record = await engine.stopExecution(arn, fields.text('error'), fields.text('cause'));
  return { stopDate: answers.seconds(record.stopDate) };
}

async function listMapRuns(engine: Engine, fields: CallFields) {
  const { executionArn } = engine.execution(fields.required('executionArn'));
  const own = newestFirst(engine.store.mapRuns).filter((run) => run.executionArn === executionArn);
  const { page, nextToken } = fields.page(own);
  return { mapRuns: page.map(answers.listedMapRun), nextToken };
}

async function listTags(engine: Engine, fields: CallFields) {
  const arn = fields.required('resourceArn');
  const machine = [...engine.stateMachines].find((known) => known.arn === arn);
  if (machine !== undefined) return answers.listedTags(machine);
  throw new ApiError('ResourceNotFound', `Resource not found: '${arn}'`);
}

async function listStateMachines(engine: Engine, fields: CallFields) {
  const { page, nextToken } = fields.page([...engine.stateMachines]);
  return { stateMachines: page.map(answers.listedStateMachine), nextToken };
}

const byExecution = named('executionArn');

/** Every operation that is answered; all others are UnknownOperationException. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['StartExecution', { resource: named('stateMachineArn'), answer: startExecution }],
  ['StopExecution', { resource: byExecution, answer: stopExecution }],
  ['DescribeExecution', { resource: byExecution, answer: describeExecution }],
  ['GetExecutionHistory', { resource: byExecution, answer: getHistory }],
  ['ListMapRuns', { resource: byExecution, answer: listMapRuns }],
  ['ListTagsForResource', { resource: named('resourceArn'), answer: listTags }],
  ['ListStateMachines', { resource: () => '*', answer: listStateMachines }],
  [
    'ListExecutions',
    {
      resource: (fields) => fields.text('mapRunArn') ?? fields.required('stateMachineArn'),
      answer: listExecutions,
    },
  ],
  [
    'RedriveExecution',
    {
      resource: byExecution,
      answer: async (engine, fields) => {
        const record = await engine.redriveExecution(fields.required('executionArn'));
        return { redriveDate: answers.seconds(record.redriveDate) };
      },
    },
  ],
  [
    'DescribeMapRun',
    {
      resource: named('mapRunArn'),
      answer: async (engine, fields) =>
        answers.describeMapRun(mapRunOf(engine, fields.required('mapRunArn'))),
    },
  ],
  [
    'DescribeStateMachine',
    {
      resource: named('stateMachineArn'),
      answer: async (engine, fields) =>
        answers.describeStateMachine(engine.stateMachine(fields.required('stateMachineArn'))),
    },
  ],
]);
