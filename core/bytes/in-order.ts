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
