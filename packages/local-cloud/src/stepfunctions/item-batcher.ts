import type { Json, JsonObject } from './json.ts';
import { dataLimitExceeded, MAX_PAYLOAD_BYTES } from './payload-limit.ts';

/** Limits of one batch; undefined sets none beyond the payload's. */
export interface BatchLimits {
  readonly maxItemsPerBatch?: number;
  /** Bytes of the whole child input as JSON. */
  readonly maxInputBytesPerBatch?: number;
  /** Handed to each batch as `BatchInput`. */
  readonly batchInput?: Json;
}

/** The input of one child, and how many items it holds. */
export interface ChildInput {
  readonly input: Json;
  readonly itemCount: number;
}

/**
 * Groups items into `{ BatchInput, Items }`, in order. A batch is closed by whichever limit comes
 * first.
 *
 * @param mapName names the map when an item alone passes the limit.
 * @throws {StatesError} `States.DataLimitExceeded`: an item alone passes the limit of bytes.
 */
export async function* batchItems(
  items: AsyncIterable<Json>,
  limits: BatchLimits,
  mapName: string,
): AsyncGenerator<ChildInput> {
  const fixed: JsonObject =
    limits.batchInput === undefined ? {} : { BatchInput: limits.batchInput };
  const emptyBytes = Buffer.byteLength(JSON.stringify({ ...fixed, Items: [] }));
  const maxBytes = Math.min(limits.maxInputBytesPerBatch ?? MAX_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES);
  const maxItems = limits.maxItemsPerBatch ?? Number.POSITIVE_INFINITY;
  const close = (batch: readonly Json[]) => ({
    input: { ...fixed, Items: batch },
    itemCount: batch.length,
  });
  let batch: Json[] = [];
  let bytes = emptyBytes;
  for await (const item of items) {
    const itemBytes = Buffer.byteLength(JSON.stringify(item));
    if (emptyBytes + itemBytes > maxBytes) throw dataLimitExceeded(mapName, false);
    // One byte more is the comma, which the first item of a batch does without.
    const isFull = batch.length >= maxItems || bytes + itemBytes + 1 > maxBytes;
    if (batch.length > 0 && isFull) {
      yield close(batch);
      batch = [];
      bytes = emptyBytes;
    }
    bytes += itemBytes + (batch.length ? 1 : 0);
    batch.push(item);
  }
  if (batch.length > 0) yield close(batch);
}
