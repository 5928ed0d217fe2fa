/**
 * Runs up to `atOnce` tasks at the same time and yields their results in the order of the tasks.
 *
 * A failed task throws when its turn comes. When the consumer stops early, the running tasks are
 * awaited and their results dropped, so no read goes on after that. Holds up to `atOnce` results.
 *
 * @example
 * const ranges = [0, 1, 2].map((k) => ({ offset: k * 1024, length: 1024 }));
 * const tasks = ranges.map((range) => () => source.read(range));
 * for await (const bytes of inOrder(tasks, 2)) console.log(bytes.length);
 */
export async function* inOrder<T>(
  tasks: Iterable<() => Promise<T>>,
  atOnce: number,
): AsyncGenerator<T> {
  const underWay: Promise<T>[] = [];
  try {
    for (const task of tasks) {
      const started = task();
      // It is awaited below in its turn; until then a failure must not count as unhandled.
      started.catch(() => {});
      underWay.push(started);
      if (underWay.length >= atOnce) yield await underWay.shift()!;
    }
    while (underWay.length > 0) yield await underWay.shift()!;
  } finally {
    await Promise.allSettled(underWay);
  }
}

/** A task, and how much memory its result takes. */
export interface SizedTask<T> {
  /** Size of the result in bytes. */
  readonly bytes: number;
  readonly run: () => Promise<T>;
}

/** The most that is held at once, including the result that the consumer is using. */
export interface HeldBound {
  readonly atOnce: number;
  readonly maxBytes: number;
}

/**
 * Runs tasks as `inOrder` does, but limits how many run at the same time by two bounds: their
 * number and the sum of their bytes. The result that the consumer is using counts too.
 *
 * A task that is larger than the bound runs alone, after all results before it have been used. An
 * error of the iterable `tasks` itself is thrown at once, not in turn.
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
      // It is awaited in its turn; until then a failure must not count as unhandled.
      result.catch(() => {});
      underWay.push({ bytes: task.bytes, result });
      bytes += task.bytes;
    }
    while (underWay.length > 0) yield await first();
  } finally {
    await Promise.allSettled(underWay.map(({ result }) => result));
  }
}
