/** Starts a reading; its error is thrown where the result is awaited, however late. */
function started<T>(reading: Promise<T>): Promise<T> {
  reading.catch(() => undefined);
  return reading;
}

/**
 * Yields the results of readings in their order, and keeps up to `depth` of them under way or ready
 * before they are asked for. Holds that many results.
 */
export async function* readAhead<T>(
  readings: Iterable<() => Promise<T>>,
  depth: number,
): AsyncGenerator<T> {
  const ahead: Promise<T>[] = [];
  for (const read of readings) {
    ahead.push(started(read()));
    if (ahead.length > depth) yield await ahead.shift()!;
  }
  for (const reading of ahead) yield await reading;
}

/** Yields what an iterator gives, and asks for the next one already. Holds one result. */
export async function* oneAhead<T>(items: AsyncIterator<T>): AsyncGenerator<T> {
  for (let step = await items.next(); step.done !== true; ) {
    const next = started(items.next());
    yield step.value;
    step = await next;
  }
}

/** Runs work once fewer than so many others run. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/** Makes a gate that lets through `limit` at once; the others wait in the order of their calls. */
export function createGate(limit: number): Gate {
  const waiting: (() => void)[] = [];
  let free = limit;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
