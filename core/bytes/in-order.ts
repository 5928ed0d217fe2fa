/**
 * Runs tasks with up to `atOnce` of them under way, and yields their results in the order of the tasks.
 *
 * A task that failed throws when its turn comes. When the consumer stops early, what is under way is
 * awaited and dropped, so nothing reads on behind its back. Holds up to `atOnce` results.
 */
export async function* inOrder<T>(
  tasks: Iterable<() => Promise<T>>,
  atOnce: number,
): AsyncGenerator<T> {
  const underWay: Promise<T>[] = [];
  try {
    for (const task of tasks) {
      const started = task();
      // Awaited below in its turn; until then a failure must not count as unhandled.
      started.catch(() => {});
      underWay.push(started);
      if (underWay.length >= atOnce) yield await underWay.shift()!;
    }
    while (underWay.length > 0) yield await underWay.shift()!;
  } finally {
    await Promise.allSettled(underWay);
  }
}

/** A task whose result takes memory. */
export interface SizedTask<T> {
  /** Of the result. */
  readonly bytes: number;
  readonly run: () => Promise<T>;
}

/** What is held at once, the result that is in use included. */
export interface HeldBound {
  readonly atOnce: number;
  readonly maxBytes: number;
}

/**
 * Runs tasks as `inOrder` does, as many at once as fit both bounds together with the result that is in
 * use; a larger one runs alone, when all before it have been used. Holds no more than that. What `tasks`
 * itself throws comes at once.
 */
export async function* inOrderWithin<T>(
  tasks: AsyncIterable<SizedTask<T>>,
  { atOnce, maxBytes }: HeldBound,
): AsyncGenerator<T> {
  const underWay: { readonly bytes: number; readonly result: Promise<T> }[] = [];
  let bytes = 0;
  const isRoomFor = (task: SizedTask<T>): boolean =>
    underWay.length === 0 || (underWay.length < atOnce && bytes + task.bytes <= maxBytes);
  const first = async (): Promise<T> => {
    const { bytes: freed, result } = underWay.shift()!;
    bytes -= freed;
    return await result;
  };
  try {
    for await (const task of tasks) {
      while (!isRoomFor(task)) yield await first();
      const result = task.run();
      // Awaited in its turn; until then a failure must not count as unhandled.
      result.catch(() => {});
      underWay.push({ bytes: task.bytes, result });
      bytes += task.bytes;
    }
    while (underWay.length > 0) yield await first();
  } finally {
    await Promise.allSettled(underWay.map(({ result }) => result));
  }
}
