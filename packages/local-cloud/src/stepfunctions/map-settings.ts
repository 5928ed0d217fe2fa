import type { MapState } from './definition.ts';
import { queryEvaluationError, runtimeError, StatesError } from './errors.ts';
import { evaluate, evaluateTyped } from './expressions.ts';
import type { BatchLimits } from './item-batcher.ts';
import { isJsonArray, isJsonObject, type Json } from './json.ts';
import { bindingsOf, type Run, type StateVisit } from './run.ts';

/** An S3 place named by evaluated `Arguments`. */
interface Place {
  readonly bucket: string;
  /** The key, or the prefix of keys. */
  readonly key: string;
}

/** Fields of a Map after evaluation. */
export interface MapSettings {
  /** The state's own array; undefined with a reader. */
  readonly items?: readonly Json[];
  readonly source?: Place;
  /** 0 for no limit of its own. */
  readonly maxItems: number;
  /** 0 for as many as AWS runs. */
  readonly maxConcurrency: number;
  readonly toleratedFailureCount?: number;
  readonly toleratedFailurePercentage?: number;
  readonly batch?: BatchLimits;
  readonly destination?: Place;
}

/** Evaluates one field, undefined when it is absent. */
type EvaluateNumber = (
  type: 'integer' | 'number',
  template: Json | undefined,
  field: string,
) => Promise<number | undefined>;

function placeOf(taken: Json, members: readonly [string, string], where: string): Place {
  const [bucketMember, keyMember] = members;
  const { [bucketMember]: bucket, [keyMember]: key, ...others } = isJsonObject(taken) ? taken : {};
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw runtimeError(`${where}.${other} is not implemented by the local Step Functions`);
  }
  if (typeof bucket !== 'string' || typeof key !== 'string') {
    throw runtimeError(`${where} must give ${bucketMember} and ${keyMember} as strings`);
  }
  return { bucket, key };
}

async function readItemsField(run: Run, visit: StateVisit<MapState>): Promise<readonly Json[]> {
  const { items } = visit.state;
  if (items !== undefined) {
    return evaluateTyped('array', items, { bindings: bindingsOf(run, visit), field: 'Items' });
  }
  if (isJsonArray(visit.input)) return visit.input;
  const got = JSON.stringify(visit.input);
  throw queryEvaluationError(`Map state input must be an array but was: ${got}`);
}

async function evaluateBatch(
  run: Run,
  visit: StateVisit<MapState>,
  number: EvaluateNumber,
): Promise<BatchLimits | undefined> {
  const batcher = visit.state.itemBatcher;
  if (batcher === undefined) return undefined;
  const batchInput =
    batcher.batchInput === undefined
      ? undefined
      : await evaluate(batcher.batchInput, bindingsOf(run, visit), 'ItemBatcher/BatchInput');
  const count = batcher.maxItemsPerBatch;
  const bytes = batcher.maxInputBytesPerBatch;
  return {
    batchInput,
    maxItemsPerBatch: await number('integer', count, 'ItemBatcher/MaxItemsPerBatch'),
    maxInputBytesPerBatch: await number('integer', bytes, 'ItemBatcher/MaxInputBytesPerBatch'),
  };
}

async function evaluateSource(run: Run, visit: StateVisit<MapState>): Promise<Place | undefined> {
  const template = visit.state.itemReader?.arguments;
  if (template === undefined) return undefined;
  const taken = await evaluate(template, bindingsOf(run, visit), 'ItemReader/Arguments');
  return placeOf(taken, ['Bucket', 'Key'], 'ItemReader.Arguments');
}

async function evaluateDestination(
  run: Run,
  visit: StateVisit<MapState>,
): Promise<Place | undefined> {
  const template = visit.state.resultWriter?.arguments;
  if (template === undefined) return undefined;
  const taken = await evaluate(template, bindingsOf(run, visit), 'ResultWriter/Arguments');
  const withPrefix = isJsonObject(taken) ? { Prefix: '', ...taken } : taken;
  return placeOf(withPrefix, ['Bucket', 'Prefix'], 'ResultWriter.Arguments');
}

/**
 * Evaluates a Map's fields.
 *
 * @throws {StatesError} `States.QueryEvaluationError`, naming the field.
 */
export async function evaluateMap(run: Run, visit: StateVisit<MapState>): Promise<MapSettings> {
  const { state } = visit;
  const bindings = bindingsOf(run, visit);
  const number: EvaluateNumber = async (type, template, field) =>
    template === undefined ? undefined : evaluateTyped(type, template, { bindings, field });
  const count = state.toleratedFailureCount;
  const percentage = state.toleratedFailurePercentage;
  const maxItems = state.itemReader?.maxItems;
  return {
    items: state.itemReader ? undefined : await readItemsField(run, visit),
    source: await evaluateSource(run, visit),
    destination: await evaluateDestination(run, visit),
    maxItems: (await number('integer', maxItems, 'ItemReader/ReaderConfig/MaxItems')) ?? 0,
    maxConcurrency: (await number('integer', state.maxConcurrency, 'MaxConcurrency')) ?? 0,
    toleratedFailureCount: await number('integer', count, 'ToleratedFailureCount'),
    toleratedFailurePercentage: await number('number', percentage, 'ToleratedFailurePercentage'),
    batch: await evaluateBatch(run, visit, number),
  };
}

/**
 * Checks the numbers, once the Map state has started and before its map run has.
 *
 * @throws {StatesError} a terminal `States.Runtime`.
 */
export function assertTolerance(settings: MapSettings): void {
  const { toleratedFailureCount = 0, toleratedFailurePercentage = 0, maxConcurrency } = settings;
  if (toleratedFailureCount < 0) throw runtimeError('ToleratedFailureCount cannot be negative.');
  if (toleratedFailurePercentage < 0 || toleratedFailurePercentage > 100) {
    throw runtimeError('ToleratedFailurePercentage must be between 0 and 100.');
  }
  if (maxConcurrency < 0) throw runtimeError('MaxConcurrency cannot be negative.');
}

/** Whether so many failed items are more than the map tolerates. */
export function exceedsTolerance(
  settings: MapSettings,
  failedItems: number,
  /** Undefined while items are still being read: a percentage can be judged only at the end. */
  totalItems: number | undefined,
): boolean {
  const { toleratedFailureCount, toleratedFailurePercentage } = settings;
  const judgesPercentage = toleratedFailurePercentage !== undefined;
  const count = toleratedFailureCount ?? (judgesPercentage ? Number.POSITIVE_INFINITY : 0);
  if (failedItems > count) return true;
  if (!judgesPercentage || totalItems === undefined || totalItems === 0) return false;
  return (100 * failedItems) / totalItems > toleratedFailurePercentage;
}

/** More items failed than the map tolerates. */
export function thresholdExceeded(): StatesError {
  const reason = 'The specified tolerated failure threshold was exceeded';
  return new StatesError('States.ExceedToleratedFailureThreshold', reason);
}
