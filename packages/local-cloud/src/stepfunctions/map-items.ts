import type { MapState } from './definition.ts';
import { evaluate } from './expressions.ts';
import { batchItems, type ChildInput } from './item-batcher.ts';
import { itemReaderFailed, parseItems } from './item-reader.ts';
import type { Json, JsonObject } from './json.ts';
import type { MapSettings } from './map-settings.ts';
import { bindingsOf, contextObject, type Run, type StateVisit } from './run.ts';

async function* readSource(run: Run, visit: StateVisit<MapState>, settings: MapSettings) {
  const { itemReader } = visit.state;
  const { source, maxItems } = settings;
  if (itemReader === undefined || source === undefined) {
    yield* settings.items ?? [];
    return;
  }
  if (maxItems < 0) throw itemReaderFailed('field MaxItems must be positive');
  let body: AsyncIterable<Uint8Array>;
  try {
    const { readObject } = run.runtime.services;
    body = await readObject({ ...source, accessKeyId: run.accessKeyId });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const reason = `Unable to read s3://${source.bucket}/${source.key}: ${name}: ${message}`;
    throw itemReaderFailed(reason, { cause: error });
  }
  let left = maxItems === 0 ? Number.POSITIVE_INFINITY : maxItems;
  for await (const item of parseItems(body, itemReader)) {
    yield item;
    left -= 1;
    if (left === 0) return;
  }
}

async function* selectItems(
  run: Run,
  visit: StateVisit<MapState>,
  settings: MapSettings,
): AsyncGenerator<Json> {
  const { itemSelector } = visit.state;
  const { source } = settings;
  const from = source === undefined ? 'STATE_DATA' : `S3://${source.bucket}/${source.key}`;
  const context = contextObject(run, visit);
  let index = 0;
  for await (const value of readSource(run, visit, settings)) {
    if (itemSelector === undefined) {
      yield value;
    } else {
      const item: JsonObject = { Index: index, Value: value, Source: from };
      const bindings = bindingsOf(run, visit, { context: { ...context, Map: { Item: item } } });
      yield await evaluate(itemSelector, bindings, 'ItemSelector');
    }
    index += 1;
  }
}

async function* singly(items: AsyncIterable<Json>): AsyncGenerator<ChildInput> {
  for await (const input of items) yield { input, itemCount: 1 };
}

/**
 * Gives the inputs of a map's children in order: read, selected, batched, one at a time.
 *
 * @throws {StatesError} `States.ItemReaderFailed`, or what ItemSelector or ItemBatcher fail with.
 */
export function childInputs(
  run: Run,
  visit: StateVisit<MapState>,
  settings: MapSettings,
): AsyncIterable<ChildInput> {
  const items = selectItems(run, visit, settings);
  return settings.batch === undefined
    ? singly(items)
    : batchItems(items, settings.batch, visit.state.name);
}
