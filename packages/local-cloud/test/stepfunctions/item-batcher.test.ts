import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchItems, type ChildInput } from '#local/stepfunctions/item-batcher.ts';
import type { Json } from '#local/stepfunctions/json.ts';

async function* each(items: readonly Json[]) {
  yield* items;
}

test('batches hold every item once, in order, within both limits, and none could take the next item', async () => {
  const words = fc.array(fc.string({ maxLength: 10 }), { maxLength: 30 });
  const property = fc.asyncProperty(words, fc.integer({ min: 1, max: 5 }), async (items, count) => {
    // An item takes at most 22 bytes, the empty batch 31.
    const maxBytes = 64;
    const limits = { maxItemsPerBatch: count, maxInputBytesPerBatch: maxBytes, batchInput: 'ü' };
    const batches: ChildInput[] = [];
    for await (const batch of batchItems(each(items), limits, 'M')) batches.push(batch);
    const lists = batches.map(({ input }) => (input as { Items: readonly Json[] }).Items);
    expect(lists.flat()).toEqual(items);
    const size = (list: readonly Json[]) =>
      Buffer.byteLength(JSON.stringify({ BatchInput: 'ü', Items: list }));
    for (const [index, list] of lists.entries()) {
      expect(batches[index]?.itemCount).toBe(list.length);
      expect(size(list)).toBeLessThanOrEqual(maxBytes);
      const next = lists[index + 1]?.[0];
      if (next !== undefined) {
        expect(list.length === count || size([...list, next]) > maxBytes).toBe(true);
      }
    }
  });
  await fc.assert(property);
});
