import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '@sparse-fanout/local-cloud/stepfunctions/engine.ts';
import {
  InvalidDefinition,
  UnsupportedDefinition,
} from '@sparse-fanout/local-cloud/stepfunctions/errors.ts';
import type { ExecutionRecord } from '@sparse-fanout/local-cloud/stepfunctions/execution-record.ts';
import type { HistoryEvent } from '@sparse-fanout/local-cloud/stepfunctions/history.ts';
import type { JsonObject } from '@sparse-fanout/local-cloud/stepfunctions/json.ts';
import { VirtualClock } from '@sparse-fanout/local-cloud/testing/virtual-clock.ts';
import type { ReplayReport } from './match.ts';
import { difference, type Masks } from './match-sfn.ts';
import { type Behaviour, playLambdas } from './sfn-lambdas.ts';
import { TRANSLATIONS } from './sfn-translations.ts';
import { TRANSLATED_TASKS, translateTasks } from './translate-tasks.ts';

/** The result of each vector. The id of a translated one ends with `(JSONata)`. */
export interface SfnReport extends ReplayReport {
  /** Passed, except for AWS's wording of a cause. */
  readonly wording: { readonly id: string; readonly difference: string }[];
}

interface Expected {
  readonly status: string;
  readonly output?: unknown;
  readonly error?: string | null;
  readonly cause?: unknown;
  readonly mapRuns?: readonly { status: string; label?: string; error?: string; cause?: string }[];
  readonly historyEventTypes?: readonly string[];
  readonly historyEventTypesOrdered?: boolean;
  readonly stateExits?: readonly unknown[];
  readonly tasks?: readonly unknown[];
  readonly taskFailures?: readonly { error: unknown; cause: unknown }[];
  readonly evaluationFailed?: readonly unknown[];
  readonly mapStateLengths?: readonly number[];
}

interface Vector {
  readonly id: string;
  readonly definition: JsonObject;
  readonly input: unknown;
  readonly s3Objects: readonly { bucket: string; key: string; body: string }[];
  readonly lambdas: Readonly<Record<string, Behaviour>>;
  readonly expected: Expected;
  readonly masks: readonly string[];
}

/** Replaces `{ "$repeat": text, "count": n }` by the text it stands for. */
function expand(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expand);
  if (typeof value !== 'object' || value === null) return value;
  if ('$repeat' in value && 'count' in value) {
    return String(value.$repeat).repeat(Number(value.count));
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, expand(inner)]));
}

function parseText(text: unknown): unknown {
  return typeof text === 'string' ? JSON.parse(text) : undefined;
}

function stateExits(events: readonly HistoryEvent[]) {
  return events.flatMap(({ type, details }) => {
    if (!type.endsWith('StateExited')) return [];
    const assigned = Object.entries(details?.['assignedVariables'] ?? {}).map(([name, text]) => [
      name,
      parseText(text),
    ]);
    const variables = assigned.length && { assignedVariables: Object.fromEntries(assigned) };
    return { state: details?.['name'], output: parseText(details?.['output']), ...variables };
  });
}

function tasks(events: readonly HistoryEvent[]) {
  return events.flatMap(({ type, details }) => {
    if (type !== 'TaskScheduled' || !details) return [];
    const { resourceType, resource, parameters, timeoutInSeconds } = details;
    const timeout = timeoutInSeconds !== undefined && { timeoutInSeconds };
    return {
      resource: `${resourceType}:${resource}`,
      parameters: parseText(parameters),
      ...timeout,
    };
  });
}

function taskFailures(events: readonly HistoryEvent[]) {
  return events.flatMap(({ type, details }) =>
    type === 'TaskFailed' || type === 'TaskTimedOut'
      ? { error: details?.['error'], cause: details?.['cause'] ?? null }
      : [],
  );
}

function evaluationsFailed(events: readonly HistoryEvent[]) {
  return events.flatMap(({ type, details }) => {
    if (type !== 'EvaluationFailed') return [];
    const { state, location, error } = details ?? {};
    return { state, ...(location !== undefined && { location }), error };
  });
}

/** The result, reduced to the members that the vector's expectation has. */
async function observe(engine: Engine, record: ExecutionRecord, expected: Expected) {
  const events: HistoryEvent[] = [];
  for await (const event of engine.store.events(record.executionArn)) events.push(event);
  const types = events.map(({ type }) => type);
  const own = [...engine.store.mapRuns].filter((run) => run.executionArn === record.executionArn);
  const causes = events.filter(({ type }) => type === 'MapRunFailed').map(({ details }) => details);
  const mapRuns = own.map(({ status }) => ({
    status,
    ...(status === 'FAILED' && causes.shift()),
  }));
  const lengths = events.filter(({ type }) => type === 'MapStateStarted');
  const all: Required<Omit<Expected, 'historyEventTypesOrdered'>> = {
    status: record.status,
    output: parseText(record.output),
    error: record.error ?? null,
    cause: record.cause ?? null,
    mapRuns,
    historyEventTypes: expected.historyEventTypesOrdered ? types : types.sort(),
    stateExits: stateExits(events),
    tasks: tasks(events),
    taskFailures: taskFailures(events),
    evaluationFailed: evaluationsFailed(events),
    mapStateLengths: lengths.map(({ details }) => Number(details?.['length'])),
  };
  return Object.fromEntries(Object.entries(all).filter(([key]) => key in expected));
}

async function run(vector: Vector, definition: unknown, directory: string) {
  const clock = new VirtualClock();
  const objects = new Map(vector.s3Objects.map((o) => [`${o.bucket}/${o.key}`, o.body]));
  const engine = await Engine.open({
    directory,
    clock,
    services: {
      invokeLambda: playLambdas(vector.lambdas, clock),
      async readObject({ bucket, key }) {
        const body = objects.get(`${bucket}/${key}`);
        if (body === undefined)
          throw Object.assign(new Error('no such key'), { name: 'NoSuchKey' });
        return (async function* () {
          yield Buffer.from(body);
        })();
      },
      writeObject: () => Promise.reject(new Error('no recording exports results')),
      authorize: () => undefined,
    },
  });
  const arn = `arn:aws:states:us-east-1:111111111111:stateMachine:recorded`;
  engine.createStateMachine({
    ...{ name: 'recorded', arn, definition: JSON.stringify(expand(definition)) },
    ...{ roleArn: 'arn:aws:iam::111111111111:role/recorded', roleAccessKeyId: 'AKIDRECORDED' },
  });
  const input = JSON.stringify(expand(vector.input));
  const { executionArn } = await engine.startExecution({ stateMachineArn: arn, input });
  return observe(engine, await engine.settled(executionArn), vector.expected);
}

/** Causes are compared separately, because their wording matters less. */
function split(expected: Record<string, unknown>) {
  const { cause, historyEventTypesOrdered: _, ...firm } = expected;
  return { cause, firm };
}

async function replay(vector: Vector, definition: unknown, report: SfnReport, id: string) {
  const directory = await mkdtemp(join(tmpdir(), 'replay-sfn-'));
  try {
    const masks: Masks = { known: vector.masks, values: new Map() };
    const expected = split(expand(vector.expected) as Record<string, unknown>);
    const actual = split(await run(vector, definition, directory));
    const found = difference(expected.firm, actual.firm, masks);
    if (found !== undefined) {
      report.failed.push({ id, difference: found });
      return;
    }
    report.passed.push(id);
    const worded = difference(expected.cause, actual.cause, masks);
    if (worded !== undefined) report.wording.push({ id, difference: worded });
  } catch (error) {
    if (error instanceof UnsupportedDefinition) report.refused.push({ id, by: error.by });
    else if (error instanceof InvalidDefinition && vector.expected.status === 'CREATE_REJECTED')
      report.passed.push(id);
    else report.failed.push({ id, difference: String(error) });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function translationOf({ id, definition }: Vector): object | undefined {
  return TRANSLATED_TASKS.has(id) ? translateTasks(definition) : TRANSLATIONS[id];
}

/**
 * Replays the recordings of `<vectorsDirectory>/sfn`, and again those that are translated into
 * JSONata, against the local Step Functions. What it does not implement refuses a recording by its
 * name.
 */
export async function replaySfn(vectorsDirectory: string): Promise<SfnReport> {
  const report: SfnReport = { passed: [], refused: [], failed: [], wording: [] };
  const directory = join(vectorsDirectory, 'sfn');
  for (const file of (await readdir(directory)).sort()) {
    const vector = JSON.parse(await readFile(join(directory, file), 'utf8')) as Vector;
    await replay(vector, vector.definition, report, vector.id);
    const translation = translationOf(vector);
    if (translation) await replay(vector, translation, report, `${vector.id} (JSONata)`);
  }
  return report;
}
