/**
 * Fetches the next item while the consumer uses the current one: exactly one ahead, in order.
 *
 * A failed item throws when its turn comes, never before. When the consumer stops early, the item
 * under way is awaited and dropped, so no read goes on after that.
 *
 * @example
 * const { part } = matrix.parts[0]!;
 * const bands = readIndptrBands(part, { start: 0, end: 1001, bandBytes: 4096 });
 * for await (const band of withReadAhead(bands)) console.log(band.length);
 */
export async function* withReadAhead<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  let ahead = items.next();
  try {
    for (;;) {
      const { done, value } = await ahead;
      if (done) return;
      ahead = items.next();
      // It is awaited above in its turn, or below; until then a failure must not count as
      // unhandled.
      ahead.catch(() => {});
      yield value;
    }
  } finally {
    // A generator answers in order: this waits for the item under way.
    await items.return(undefined);
  }
}
